"""The server: one aiohttp application with Discord's faces, the people's side, the chat page and the CDN."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from sandbox.control.deeds import Deeds
from sandbox.control.feed import Feed
from sandbox.control.routes import Control, speak_plainly
from sandbox.errors import StartError
from sandbox.faults import Faults
from sandbox.gateway.socket import Gateway
from sandbox.interactions import Interactions
from sandbox.messages import content_type
from sandbox.ratelimits import RateLimits
from sandbox.records import Records
from sandbox.rest.pipeline import Api
from sandbox.saves import Saves
from sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

log = structlog.get_logger(__name__)

HOST = "127.0.0.1"
STATIC = Path(__file__).parent / "static"


class Sandbox:
    """A running sandbox: `async with Sandbox.serve(port) as sandbox: sandbox.address`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.records = Records(world.monotonic)
        self.faults = Faults()
        self.gateway = Gateway(world, self.records)
        self.interactions = Interactions(world, self.gateway.is_live)
        deeds = Deeds(world, self.interactions)
        self.feed = Feed(world, deeds)
        api = Api(world, self.interactions, RateLimits(world.monotonic, world.now), self.faults, self.records)
        control = Control(world, deeds, self.interactions, self.gateway, self.feed, self.faults, self.records)
        self.application = web.Application(middlewares=[speak_plainly])
        self.application.add_routes([
            *api.routes(),
            *control.routes(),
            web.get("/gateway", self.gateway.serve),
            web.get("/gateway/", self.gateway.serve),
            web.get("/cdn/attachments/{channel}/{attachment}/{filename}", self._file),
            web.get("/cdn/{kind:emojis|stickers}/{id}.{ending}", self._expression),
            web.get("/", self._page),
            web.static("/static", STATIC),
        ])  # fmt: skip

    @property
    def address(self) -> str:
        """Where it listens, `http://127.0.0.1:PORT`."""
        return self.world.address

    @classmethod
    @contextlib.asynccontextmanager
    async def serve(cls, port: int = 0, state: Path | None = None) -> AsyncIterator[Sandbox]:
        """Listen on 127.0.0.1; with `state`, the world is kept in that file.

        Raises:
            StartError: the port is taken, or the file cannot be read.
        """
        sandbox = cls(World())
        saves = None if state is None else Saves(state, sandbox.world)
        runner = web.AppRunner(sandbox.application, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            site = web.TCPSite(runner, HOST, port)
            try:
                await site.start()
            except OSError as error:
                raise StartError(f"The sandbox cannot listen on port {port}: {error.strerror}.") from None
            bound = runner.addresses[0][1]
            sandbox.world.address = f"http://{HOST}:{bound}"
            log.info("listening", address=sandbox.address)
            yield sandbox
        finally:
            await sandbox.gateway.close()
            sandbox.feed.close()
            await runner.cleanup()
            if saves is not None:
                await saves.close()

    async def _file(self, request: web.Request) -> web.Response:
        data = self.world.files.get(request.match_info["attachment"])
        if data is None:
            raise web.HTTPNotFound(text="This content is no longer available.")
        kind = content_type(request.match_info["filename"])
        headers = {"Content-Type": kind, "X-Content-Type-Options": "nosniff"}
        if not kind.startswith(("image/", "text/plain")) or kind.startswith("image/svg"):
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=data, headers=headers)

    async def _expression(self, request: web.Request) -> web.Response:
        """An emoji or sticker as it came, whatever ending and size are asked for."""
        guild, at = self.world.guild, request.match_info
        kept = (guild.emojis if at["kind"] == "emojis" else guild.stickers).get(at["id"])
        data = self.world.files.get(at["id"])
        if kept is None or data is None:
            raise web.HTTPNotFound(text="This content is no longer available.")
        headers = {"Content-Type": kept.content_type, "X-Content-Type-Options": "nosniff"}
        return web.Response(body=data, headers=headers)

    async def _page(self, _: web.Request) -> web.StreamResponse:
        page = STATIC / "index.html"
        if not page.is_file():
            raise web.HTTPNotFound(text="The chat page is not installed.")
        return web.FileResponse(page)


async def run(port: int, state: Path | None, address_file: Path | None, *, exit_with_parent: bool) -> None:
    """Serve until a signal, or with `exit_with_parent` until standard input closes.

    Raises:
        StartError: it cannot start.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if exit_with_parent:
        loop.add_reader(sys.stdin.fileno(), _watch_parent, stop)
    async with Sandbox.serve(port, state) as sandbox:
        with _written_down(sandbox.address, address_file):
            print(json.dumps({"listening": sandbox.address}), flush=True)  # noqa: T201 - what the parent waits for
            await stop.wait()
    log.info("stopped")


def _watch_parent(stop: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        stop.set()


@contextlib.contextmanager
def _written_down(address: str, path: Path | None) -> Iterator[None]:
    """Leave the address in a file while we listen; one that a later sandbox wrote is left alone."""
    if path is None:
        yield
        return
    text = json.dumps({"listening": address, "pid": os.getpid()}) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if path.read_text(encoding="utf-8") == text:
                path.unlink()
