"""The bot's small web face: is it well, and how does its event loop do. The gallery is not here yet."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING

from aiohttp import web

from generation.wire.errors import WireError

if TYPE_CHECKING:
    from bot.client import Renga
    from bot.pulse import Pulse

HOST_ANSWERS_S = 2.0


def application(bot: Renga, pulse: Pulse) -> web.Application:
    """`GET /health`: 200 when ready, else 503, with the parts; `GET /pulse?since=`: the loop's raw lateness."""

    async def health(_request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(HOST_ANSWERS_S):
                generation = await bot.generation.stats()
        except (WireError, TimeoutError) as error:
            generation = {"ready": False, "error": type(error).__name__}
        discord_ready = bot.is_ready() and not bot.is_closed()
        well = discord_ready and bool(generation.get("ready"))
        body = {
            "ready": well,
            "discord": discord_ready,
            "generation": generation,
            "jobs_running": bot.runs.running,
            "loop_late_ms": pulse.quantiles(),
            "pid": os.getpid(),
        }
        return web.json_response(body, status=200 if well else 503)

    async def beats(request: web.Request) -> web.Response:
        try:
            since = float(request.query.get("since", "0"))
        except ValueError:
            return web.json_response({"error": "since is a number of monotonic seconds"}, status=400)
        return web.json_response({"now": time.monotonic(), "late_ms": pulse.since(since)})

    app = web.Application()
    app.router.add_get("/health", health)
    app.router.add_get("/pulse", beats)
    return app
