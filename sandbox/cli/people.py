"""A person's line to a running sandbox: where it is, and its control API over HTTP."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aiohttp

from sandbox.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

ADDRESS_FILE = Path(".renga/sandbox.json")
NOBODY = "No sandbox is running here: start one with `make run` or `python -m sandbox serve`, or give --url."


def find(url: str | None, environment: Mapping[str, str], address_file: Path = ADDRESS_FILE) -> str:
    """Where the sandbox is: the option, else SANDBOX_URL, else what a running one wrote down.

    Raises:
        CommandError: nothing says so.
    """
    if given := url or environment.get("SANDBOX_URL"):
        return given.rstrip("/")
    try:
        return str(json.loads(address_file.read_text(encoding="utf-8"))["listening"])
    except (OSError, ValueError, KeyError):
        raise CommandError(NOBODY) from None


class Line:
    """The control API as one member uses it."""

    def __init__(self, session: aiohttp.ClientSession, url: str, member: str) -> None:
        """`member` is who acts, by name or id."""
        self._session = session
        self._url = url
        self.member = member

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, member: str) -> AsyncIterator[Line]:
        """Connect."""
        async with aiohttp.ClientSession() as session:
            yield cls(session, url, member)

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One request; the JSON of its answer.

        Raises:
            CommandError: it was refused, in the sandbox's words, or there is no sandbox.
        """
        try:
            async with self._session.request(method, f"{self._url}/sandbox/v1{path}", json=body) as answer:
                if answer.status == 204:
                    return None
                try:
                    said = await answer.json()
                except (ValueError, aiohttp.ContentTypeError):
                    raise CommandError(f"{self._url} is not a sandbox.") from None
                if answer.status >= 400:
                    raise CommandError(str(said.get("error", said)))
                return said
        except (aiohttp.ClientError, OSError):
            raise CommandError(NOBODY) from None

    async def get(self, path: str, **query: str) -> Any:
        """A GET as this member."""
        asked = "&".join(f"{key}={quote(value)}" for key, value in {"as": self.member, **query}.items())
        return await self.call("GET", f"{path}?{asked}")

    @asynccontextmanager
    async def events(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """The member's events from now on.

        Raises:
            CommandError: there is no sandbox, or no such member.
        """
        await self.get("/state")
        try:
            async with self._session.ws_connect(
                f"{self._url}/sandbox/v1/events", params={"as": self.member}
            ) as socket:
                yield socket
        except (aiohttp.ClientError, OSError):
            raise CommandError(NOBODY) from None
