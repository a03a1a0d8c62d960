"""The server as we know it: whether it is there, what it serves, and each call that we make of it.

Lives on one event loop. Redirects are not followed, since our key and a member's words would go along; answers are
bounded in bytes and in time. While the server cannot be reached it is asked again and again, and those that need it
wait.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Self

import aiohttp
import structlog

from generation.remote.asking import TURN_TOKENS
from generation.remote.errors import Garbled, Overloaded, Refused, RemoteError, Unreachable
from generation.remote.stream import MUCH, NONSENSE, lines, piece

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping
    from types import TracebackType

    from generation.remote.stream import Piece

FIRST_DELAY_S, LONGEST_DELAY_S = 0.1, 5.0
LOOK_WITHIN_S = 10.0
ANSWER_BYTES = 4 * 2**20
ERROR_BYTES = 2**16
BUSY = frozenset({408, 425, 429})  # with all of 5xx: what may be well another time
GONE = "The server that writes cannot be reached."
SLOW = "The server that writes did not answer in time."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the server says of itself.

    `model` is what it calls its model, `name` what people are told; `context` is in tokens, where it is known.
    `listed` are all names that it serves; `loras` are the adapters that a llama.cpp loaded at its start, file by id.
    """

    model: str
    name: str
    context: int | None = None
    listed: frozenset[str] = frozenset()
    loras: Mapping[int, str] = field(default_factory=dict)


class Server:
    """`async with Server(...) as server:`, and `keep_known` in a task beside."""

    def __init__(self, url: str, *, model: str = "", key: str | None = None) -> None:
        """`url` with or without the /v1 at its end. `model` of "": the first that is listed. `key` goes into every call."""
        self.url = url.rstrip("/").removesuffix("/v1")
        self.facts: Facts | None = None
        self.was_known = False
        self._wanted = model
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._session: aiohttp.ClientSession
        self._known, self._lost = asyncio.Event(), asyncio.Event()

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            headers={**self._headers, "Accept-Encoding": "identity"},
            connector=aiohttp.TCPConnector(limit=0),  # how many at once is the queue's business
            timeout=aiohttp.ClientTimeout(total=None),  # each call has its own
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def keep_known(self) -> None:
        """Look until the server is found, and again whenever it was lost; until cancelled."""
        while True:
            delay, told = FIRST_DELAY_S, False
            while not self._known.is_set():
                try:
                    facts = await self._look()
                except RemoteError as error:
                    if not told:
                        log.warning(
                            "openai_server_unreachable", url=self.url, why=str(error), detail=error.detail
                        )
                        told = True
                    await asyncio.sleep(delay)
                    delay = min(2 * delay, LONGEST_DELAY_S)
                else:
                    self._found(facts)
            await self._lost.wait()

    async def known(self, within_s: float | None) -> Facts:
        """What is known of the server; waits for that while it cannot be reached (None: for ever).

        Raises:
            Unreachable: it did not come back.
        """
        try:
            async with asyncio.timeout(within_s):
                await self._known.wait()
        except TimeoutError:
            raise Unreachable(GONE) from None
        assert self.facts is not None
        return self.facts

    def doubt(self, facts: Facts) -> None:
        """Somebody who relied on `facts` could not reach the server: nothing is known until it is found again."""
        if self.facts is facts:
            self.facts = None
            self._known.clear()
            self._lost.set()

    async def chat(self, asked: Mapping[str, Any], *, patience_s: float) -> AsyncGenerator[Piece, None]:
        """The answer, piece by piece, to its end; `patience_s` bounds the wait for each bit of text.

        Raises:
            Unreachable, Garbled, Refused: as their names say.
        """
        events = asyncio.get_running_loop()
        with _told_plainly():
            async with (
                asyncio.timeout(patience_s) as patience,
                self._session.post(
                    f"{self.url}/v1/chat/completions", json=asked, allow_redirects=False
                ) as answer,
            ):
                await _must_be_well(answer)
                if answer.content_type != "text/event-stream":
                    raise Garbled(NONSENSE, detail="not an event stream")
                async with aclosing(lines(answer.content.iter_any())) as whole:
                    async for line in whole:
                        if (found := piece(line)) is not None:
                            if found.text or found.finish:
                                patience.reschedule(
                                    events.time() + (LOOK_WITHIN_S if found.finish else patience_s)
                                )
                            yield found

    async def count(self, turns: list[dict[str, str]], model: str) -> int:
        """How many tokens a prompt of `turns` has: exactly (vLLM), or by their texts (llama.cpp).

        Raises:
            RemoteError: the server cannot say.
        """
        text = "".join(turn["content"] for turn in turns)
        told = await self._json("POST", "/tokenize", {"model": model, "messages": turns, "content": text})
        match told:
            case {"count": int(count)}:
                return count
            case {"tokens": list(tokens)}:
                return len(tokens) + TURN_TOKENS * len(turns)
        raise Garbled(NONSENSE, detail="no tokens")

    async def load_adapter(self, name: str, path: str) -> None:
        """As vLLM has it: from now on a model of that name is served.

        Raises:
            RemoteError: it is not.
        """
        with _told_plainly():
            async with (
                asyncio.timeout(4 * LOOK_WITHIN_S),
                self._session.post(
                    f"{self.url}/v1/load_lora_adapter",
                    json={"lora_name": name, "lora_path": path},
                    allow_redirects=False,
                ) as answer,
            ):
                await _must_be_well(answer)

    async def names(self) -> list[dict[str, Any]]:
        """The entries of `/v1/models`.

        Raises:
            RemoteError: as for any call.
        """
        told = await self._json("GET", "/v1/models")
        models = told.get("data") if isinstance(told, dict) else None
        if not isinstance(models, list):
            raise Garbled(NONSENSE, detail="/v1/models lists nothing")
        return [entry for entry in models if isinstance(entry, dict) and isinstance(entry.get("id"), str)]

    async def _look(self) -> Facts:
        try:
            models = await self.names()
        except Refused as error:
            if error.status != 404 or not self._wanted:
                raise
            models = []  # a server that lists nothing, and a model that we were told
        model = self._wanted or next((entry["id"] for entry in models), "")
        if not model:
            raise Garbled(NONSENSE, detail="/v1/models is empty and OPENAI_MODEL is not set")
        entry = next((entry for entry in models if entry["id"] == model), {})
        return Facts(
            model,
            PurePosixPath(model).name.removesuffix(".gguf"),
            _context(entry),
            frozenset(entry["id"] for entry in models),
            await self._loras(),
        )

    async def _loras(self) -> dict[int, str]:
        try:
            told = await self._json("GET", "/lora-adapters")
        except (Refused, Garbled):
            return {}  # not a llama.cpp
        if not isinstance(told, list):
            return {}
        found = {}
        for entry in told:
            match entry:
                case {"id": int(number), "path": str(path)}:
                    found[number] = path.replace("\\", "/").rpartition("/")[2]
        return found

    async def _json(self, method: str, path: str, asked: Mapping[str, Any] | None = None) -> Any:
        with _told_plainly():
            async with (
                asyncio.timeout(LOOK_WITHIN_S),
                self._session.request(method, self.url + path, json=asked, allow_redirects=False) as answer,
            ):
                await _must_be_well(answer)
                data = await _at_most(answer, ANSWER_BYTES)
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            raise Garbled(NONSENSE, detail=f"broken JSON from {path}") from None

    def _found(self, facts: Facts) -> None:
        self.facts, self.was_known = facts, True
        self._lost.clear()
        self._known.set()
        log.info(
            "openai_server_found",
            url=self.url,
            model=facts.name,
            context=facts.context,
            adapters=len(facts.loras),
        )


def _context(entry: Mapping[str, Any]) -> int | None:
    """The `max_model_len` of vLLM, or what one slot of llama.cpp has."""
    match entry:
        case {"max_model_len": int(context)} | {"meta": {"n_ctx": int(context)}}:
            return context
    return None


async def _must_be_well(answer: aiohttp.ClientResponse) -> None:
    """Raises the `Refused` that the status and the body make."""
    status = answer.status
    if status == 200:
        return
    if 300 <= status < 400:
        raise Refused("The server that writes has moved.", status=status, detail="a redirect, not followed")
    kind, said = _said(await _at_most(answer, ERROR_BYTES, cut=True))
    if status in BUSY or status >= 500:
        raise Overloaded("The server that writes is not well.", status=status, said=said, detail=kind)
    if status in (401, 403):
        raise Refused(
            "The server that writes does not let us in.", status=status, detail="OPENAI_API_KEY was refused"
        )
    if kind == "exceed_context_size_error" or "context length" in said or "max_model_len" in said:
        raise Refused(
            "It is longer than the model has room for.",
            status=status,
            said=said,
            detail=kind,
            kind="too_long",
        )
    raise Refused("The server that writes did not take it.", status=status, said=said, detail=kind)


def _said(data: bytes) -> tuple[str, str]:
    """The type and the message of an error's body, in any of the shapes that there are."""
    text = data.decode(errors="replace")
    with suppress(ValueError, RecursionError):
        told = json.loads(data)
        match told:
            case {"error": {"message": str(message), **rest}}:
                kind = rest.get("type")
                return (kind[:60] if isinstance(kind, str) else ""), message
    return "", text


async def _at_most(answer: aiohttp.ClientResponse, most: int, *, cut: bool = False) -> bytes:
    data = bytearray()
    async for chunk in answer.content.iter_any():
        data += chunk
        if len(data) > most:
            if cut:
                break
            raise Garbled(MUCH, detail="an answer without an end")
    return bytes(data[:most])


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Of what can go wrong on the way, the one sentence."""
    try:
        yield
    except TimeoutError:  # before OSError, which it is one of
        raise Unreachable(SLOW, detail="a timeout") from None
    except (aiohttp.ClientError, OSError) as error:
        raise Unreachable(GONE, detail=type(error).__name__) from None
