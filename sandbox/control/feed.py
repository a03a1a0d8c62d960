"""The events that a member sees, over a WebSocket each: `GET /sandbox/v1/events?as=ada`."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from sandbox.control import views

if TYPE_CHECKING:
    from sandbox.control.deeds import Deeds
    from sandbox.events import Event
    from sandbox.people import Member
    from sandbox.world import World

BEHIND = 5000  # events; a page that reads nothing is sent away


class Feed:
    """All open event sockets."""

    def __init__(self, world: World, deeds: Deeds) -> None:
        self._world = world
        self._deeds = deeds
        self._open: dict[asyncio.Queue[str | None], Member] = {}
        world.listen(self._hear)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One member's socket, until either side closes."""
        member = self._deeds.member(request.query.get("as"))
        socket = web.WebSocketResponse(heartbeat=30.0)
        await socket.prepare(request)
        queue: asyncio.Queue[str | None] = asyncio.Queue(BEHIND)
        self._open[queue] = member
        writer = asyncio.create_task(self._write(socket, queue), name="feed-writer")
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            self._open.pop(queue, None)
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer
        return socket

    def close(self) -> None:
        """Send everybody away."""
        for queue in list(self._open):
            self._end(queue)

    async def _write(self, socket: web.WebSocketResponse, queue: asyncio.Queue[str | None]) -> None:
        with suppress(ConnectionResetError):
            while (text := await queue.get()) is not None:
                await socket.send_str(text)
            await socket.close(code=1001)

    def _hear(self, event: Event) -> None:
        for queue, member in list(self._open.items()):
            if told := views.event(self._world, event, member):
                try:
                    queue.put_nowait(json.dumps(told))
                except asyncio.QueueFull:
                    self._end(queue)

    def _end(self, queue: asyncio.Queue[str | None]) -> None:
        self._open.pop(queue, None)
        while queue.full():
            queue.get_nowait()
        queue.put_nowait(None)
