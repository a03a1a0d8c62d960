"""The answering end of the wire: an aiohttp application over anything that is a `Host`.

A client that stops reading holds nobody: each stream reads the job's log at its own pace, and previews that were
superseded before it got there are not in the log any more.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol

from aiohttp import web

from generation.wire.errors import Conflict, Full, Refused, UnknownJob
from generation.wire.events import TERMINAL
from generation.wire.jobs import JOB_ID, InvalidJobError, Job

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp.typedefs import Handler

    from generation.wire.events import Numbered
    from generation.wire.turns import Turn

BODY_LIMIT = 256 * 1024
HEARTBEAT_S = 10.0


class Host(Protocol):
    """What the wire needs of a host. Called on the event loop; nothing here blocks."""

    def submit(self, job: Job) -> bool:
        """Take a job in; True when it is new. Raises Conflict, Full, Refused."""

    def events(self, job_id: str, after: int) -> Sequence[Numbered]:
        """What the log has above `after`, now. Raises UnknownJob."""

    async def changed(self, job_id: str, after: int) -> None:
        """Wait until the log has something above `after`. Raises UnknownJob when the job is forgotten."""

    def cancel(self, job_id: str) -> None:
        """Call a job off. Raises UnknownJob."""

    def ack(self, job_id: str) -> None:
        """Forget a finished job. Raises UnknownJob, and Conflict while it is not over."""

    def artifact(self, digest: str) -> tuple[str, bytes]:
        """The mime type and the bytes. Raises UnknownJob."""

    def stats(self) -> dict[str, Any]:
        """What is true now."""

    def turn(self) -> Turn:
        """Whether whoever trains on this machine may go on for a turn."""


def application(host: Host, *, token: str | None = None) -> web.Application:
    """The routes of the wire. With `token`, every request must bear it."""
    app = web.Application(client_max_size=BODY_LIMIT, middlewares=[_guard(token), _sentences])
    routes = _Routes(host)
    app.router.add_put("/v1/jobs/{id}", routes.put)
    app.router.add_delete("/v1/jobs/{id}", routes.delete)
    app.router.add_get("/v1/jobs/{id}/events", routes.events)
    app.router.add_post("/v1/jobs/{id}/ack", routes.ack)
    app.router.add_get("/v1/artifacts/{digest}", routes.artifact)
    app.router.add_get("/v1/stats", routes.stats)
    app.router.add_post("/v1/turns", routes.turn)
    return app


class _Routes:
    def __init__(self, host: Host) -> None:
        self._host = host

    async def put(self, request: web.Request) -> web.Response:
        try:
            data = json.loads(await request.read())
        except (ValueError, RecursionError):
            return _error(400, "The body must be JSON.")
        job = Job.from_json(data)
        if job.id != request.match_info["id"]:
            return _error(400, "The job's id is not the address's.")
        return web.json_response({"id": job.id}, status=201 if self._host.submit(job) else 200)

    async def delete(self, request: web.Request) -> web.Response:
        self._host.cancel(request.match_info["id"])
        return web.Response(status=204)

    async def ack(self, request: web.Request) -> web.Response:
        self._host.ack(request.match_info["id"])
        return web.Response(status=204)

    async def artifact(self, request: web.Request) -> web.Response:
        mime, data = self._host.artifact(request.match_info["digest"])
        return web.Response(body=data, headers={"Content-Type": mime})

    async def stats(self, _request: web.Request) -> web.Response:
        return web.json_response(self._host.stats())

    async def turn(self, _request: web.Request) -> web.Response:
        return web.json_response(asdict(self._host.turn()))

    async def events(self, request: web.Request) -> web.StreamResponse:
        job_id, after = request.match_info["id"], request.query.get("after", "0")
        if not after.isdecimal() or len(after) > 12:
            return _error(400, "after is a whole number from 0.")
        seen = int(after)
        self._host.events(job_id, seen)  # an unknown job is a 404, not a stream
        stream = web.StreamResponse(
            headers={"Content-Type": "application/x-ndjson", "Cache-Control": "no-store"}
        )
        await stream.prepare(request)
        while True:
            try:
                for numbered in self._host.events(job_id, seen):
                    await stream.write(numbered.to_line())
                    seen = numbered.n
                    if isinstance(numbered.event, TERMINAL):
                        await stream.write_eof()
                        return stream
                await asyncio.wait_for(self._host.changed(job_id, seen), HEARTBEAT_S)
            except TimeoutError:
                await stream.write(b"\n")
            except (UnknownJob, ConnectionError):
                return stream


def _guard(token: str | None) -> Any:
    expected = f"Bearer {token}".encode()

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode(errors="surrogateescape")
        if token is not None and not hmac.compare_digest(given, expected):
            return _error(401, "The token is missing or wrong.")
        if "id" in request.match_info and not JOB_ID.fullmatch(request.match_info["id"]):
            return _error(400, "A job's id is 1 to 64 letters, digits, - or _.")
        return await handler(request)

    return guard


@web.middleware
async def _sentences(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Each refusal as its status and one sentence."""
    try:
        return await handler(request)
    except InvalidJobError as error:
        return _error(400, str(error))
    except Refused as error:
        return _error(422, str(error))
    except Conflict as error:
        return _error(409, str(error))
    except UnknownJob:
        return _error(404, "Nothing is known by that name.")
    except Full as error:
        answer = _error(429, str(error), eta_s=error.eta_s, limit=error.limit)
        answer.headers["Retry-After"] = str(max(1, round(error.eta_s)))
        return answer
    except web.HTTPRequestEntityTooLarge:
        return _error(413, f"A job's body has at most {BODY_LIMIT // 1024} KiB.")


def _error(status: int, sentence: str, **more: object) -> web.Response:
    return web.json_response({"error": sentence, **more}, status=status)
