"""How a server is brought to answer with one of our adapters, where it can.

vLLM (started with VLLM_ALLOW_RUNTIME_LORA_UPDATING) is told of a directory and serves it as a model named by the
digest. llama.cpp serves those that it loaded at its start, and a request names one; a request that names none would be
answered with all of them, so there each one says all. Directories are shared: both machines see them under one path.
Their tensors were verified when they were written (`generation.adapters`), not again here.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.remote.errors import BadAdapter, Overloaded, Refused

if TYPE_CHECKING:
    from pathlib import Path

    from generation.remote.server import Facts, Server

_DIGEST = re.compile(r"[0-9a-f]{64}")
UNABLE = "The server that writes cannot use that adapter."


@dataclass(frozen=True, slots=True)
class Way:
    """What a request says so that the adapter answers: a model's name, and llama.cpp's scales."""

    model: str
    lora: tuple[dict[str, float], ...] = ()


class RemoteAdapters:
    """`root` holds a directory for each adapter, named by its digest."""

    def __init__(self, server: Server, root: Path) -> None:
        self._server = server
        self._root = root.resolve()
        self._alone = asyncio.Lock()
        self._loaded: set[str] = set()
        self._facts: Facts | None = None

    async def way(self, facts: Facts, digest: str | None) -> Way:
        """How to ask for the adapter (None: for the model as it is).

        Raises:
            BadAdapter: it cannot be had there.
            RemoteError: the server was lost on the way.
        """
        if digest is None:
            return Way(facts.model, _scales(facts, None))
        if not _DIGEST.fullmatch(digest):
            raise BadAdapter("That is not the name of an adapter.")
        for number, file in facts.loras.items():
            if digest in file:
                return Way(facts.model, _scales(facts, number))
        async with self._alone:
            await self._load(facts, digest)
        return Way(digest)

    def forget(self, digest: str) -> None:
        """The server does not know it any more."""
        self._loaded.discard(digest)

    async def _load(self, facts: Facts, digest: str) -> None:
        if facts is not self._facts:  # a server that was lost and found again may have begun anew
            self._facts, self._loaded = facts, set(facts.listed)
        if digest in self._loaded:
            return
        folder = self._root / digest
        if not folder.is_dir():
            raise BadAdapter("That adapter is not there any more.")
        try:
            await self._server.load_adapter(digest, str(folder))
        except Overloaded:
            raise
        except Refused as error:
            names = {entry["id"] for entry in await self._server.names()}
            if digest not in names:  # else it was there already, which vLLM refuses too
                raise BadAdapter(UNABLE, status=error.status, detail=error.detail) from None
        self._loaded.add(digest)


def _scales(facts: Facts, chosen: int | None) -> tuple[dict[str, float], ...]:
    return tuple({"id": number, "scale": float(number == chosen)} for number in facts.loras)
