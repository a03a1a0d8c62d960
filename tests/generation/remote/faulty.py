"""A server that does what it is told, on a real socket: for what a real one does only when it is ill.

`script` is a list of answers to `/v1/chat/completions`, used one after the other, the last one again and again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Answer = Callable[["Faulty", web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Faulty:
    script: list[Answer]
    models: Answer
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    loras: set[str] = field(default_factory=set)
    loads: list[dict[str, Any]] = field(default_factory=list)
    tokens: int | None = None  # what /tokenize says; None: there is none
    loading: bool = True  # whether adapters may be loaded
    counted: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)
    stop: Callable[[], Awaitable[None]] | None = None

    async def chat(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        self.keys.append(request.headers.get("Authorization"))
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        try:
            return await answer(self, request)
        except (ConnectionError, asyncio.CancelledError):
            self.left.set()
            raise

    async def list_models(self, request: web.Request) -> web.StreamResponse:
        return await self.models(self, request)

    async def tokenize(self, request: web.Request) -> web.StreamResponse:
        self.counted += 1
        if self.tokens is None:
            raise web.HTTPNotFound
        return web.json_response({"count": self.tokens})

    async def load(self, request: web.Request) -> web.StreamResponse:
        """As vLLM answers, where VLLM_ALLOW_RUNTIME_LORA_UPDATING is set."""
        if not self.loading:
            raise web.HTTPNotFound
        told = await request.json()
        self.loads.append(told)
        if told["lora_name"] in self.loras:
            message = f"The lora adapter '{told['lora_name']}' has already been loaded."
            return web.json_response(
                {"error": {"message": message, "type": "InvalidUserInput", "code": 400}}, status=400
            )
        if "bad" in told["lora_path"]:
            return web.json_response(
                {"error": {"message": "rank", "type": "BadRequestError", "code": 400}}, status=400
            )
        self.loras.add(told["lora_name"])
        return web.Response(text=f"Success: LoRA adapter '{told['lora_name']}' added successfully.")


@contextlib.asynccontextmanager
async def faulty(
    *script: Answer, models: Answer | None = None, port: int = 0, **how: Any
) -> AsyncIterator[Faulty]:
    server = Faulty(list(script), models or one_model, **how)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.chat)
    app.router.add_get("/v1/models", server.list_models)
    app.router.add_post("/tokenize", server.tokenize)
    app.router.add_post("/v1/load_lora_adapter", server.load)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    server.stop = runner.cleanup
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


def chunk(text: str | None = None, finish: str | None = None, **more: Any) -> bytes:
    choices = [{"index": 0, "delta": {} if text is None else {"content": text}, "finish_reason": finish}]
    return b"data: " + json.dumps({"choices": choices, **more}).encode() + b"\n\n"


USAGE = (
    b'data: {"choices": [], "usage": {"prompt_tokens": 33, "completion_tokens": 9, "total_tokens": 42}}\n\n'
)
DONE = b"data: [DONE]\n\n"


def says(*parts: bytes | float, then: str = "close") -> Answer:
    """Sends `parts` (a number is a pause, in seconds), and then closes, breaks off or hangs."""

    async def answer(server: Faulty, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for part in parts:
            if isinstance(part, float):
                await asyncio.sleep(part)
            else:
                await response.write(part)
        if then == "break":
            assert request.transport is not None
            request.transport.abort()
        if then == "hang":
            await asyncio.sleep(600)
        return response

    return answer


def refuses(status: int, told: Any = "no", **headers: str) -> Answer:
    async def answer(server: Faulty, request: web.Request) -> web.StreamResponse:
        return web.json_response(told, status=status, headers=headers)

    return answer


def again_and_again(part: bytes, pause: float = 0.0) -> Answer:
    """Never ends."""

    async def answer(server: Faulty, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        while True:
            await response.write(part)
            await asyncio.sleep(pause)

    return answer


async def one_model(server: Faulty, request: web.Request) -> web.StreamResponse:
    entries = [{"id": "org/poet", "object": "model", "owned_by": "vllm", "max_model_len": 2048}]
    entries += [{"id": name, "object": "model", "parent": "org/poet"} for name in sorted(server.loras)]
    return web.json_response({"object": "list", "data": entries})


def strict(*unknown: str) -> Answer:
    """Refuses requests with a field that it does not know, and names them."""

    async def answer(server: Faulty, request: web.Request) -> web.StreamResponse:
        if found := sorted(set(unknown) & set(server.asked[-1])):
            return web.json_response({"detail": f"Unexpected fields in the request: {found}"}, status=422)
        return await says(chunk("Rain"), chunk(" falls."), chunk(None, "stop"), USAGE, DONE)(server, request)

    return answer


WHOLE = says(
    chunk(None), chunk("Rain"), chunk(" on the"), chunk(" old roof."), chunk(None, "stop"), USAGE, DONE
)
