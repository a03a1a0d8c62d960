"""What every API request passes: the token, ordered faults, rate limits, the body, its handler, the record.

Answers carry exactly `application/json`, and a 429 a `Via` header: discord.py reads both that way.
"""

from __future__ import annotations

import json
import re
import socket
import struct
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web

from sandbox.errors import ApiError
from sandbox.ratelimits import whole_seconds
from sandbox.rest import applications, bodies, channels, expressions, guilds, reactions, webhooks
from sandbox.rest.calls import Answer, Call, Route

if TYPE_CHECKING:
    from sandbox.drafts import Upload
    from sandbox.faults import Fault, Faults
    from sandbox.interactions import Interactions
    from sandbox.ratelimits import RateLimits
    from sandbox.records import Records
    from sandbox.world import World

log = structlog.get_logger(__name__)

PREFIX = "/api/v10"
TOKEN = "sandbox"  # noqa: S105 - the only one that is taken, and worth nothing anywhere else
REAL_TOKEN = re.compile(r"[\w-]{18,}\.[\w-]{4,}\.[\w-]{20,}")
REFUSED_REAL = (
    "This is Renga's sandbox on your own machine, and that looks like the token of a real bot: it was not kept. "
    'Use the token "sandbox" here.'
)
LOGGED_PICTURE = 64  # characters of a data URI
UNAUTHORISED = ApiError(401, 0, "401: Unauthorized")


def refusal(token: str | None) -> ApiError | None:
    """Why a bot token is not taken; None where it is."""
    if token == TOKEN:
        return None
    if token is not None and REAL_TOKEN.fullmatch(token):
        log.error("real_token_refused", hint=REFUSED_REAL)
        return ApiError(401, 0, REFUSED_REAL)
    return UNAUTHORISED


class Api:
    """The API as aiohttp routes."""

    def __init__(
        self, world: World, interactions: Interactions, limits: RateLimits, faults: Faults, records: Records
    ) -> None:
        self._world = world
        self._interactions = interactions
        self._limits = limits
        self._faults = faults
        self._records = records

    def routes(self) -> list[web.RouteDef]:
        """Everything under /api, unknown paths included."""
        table: list[Route] = []
        for room in (applications, guilds, expressions, channels, reactions, webhooks):
            table += room.routes()
        found = [web.route(route.method, PREFIX + route.path, partial(self._serve, route)) for route in table]
        return [*found, web.route("*", "/api/{unknown:.*}", self._unknown)]

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        log.error("unknown_route", method=request.method, path=request.path)
        sentence = f"The sandbox has no {request.method} {request.path.removeprefix(PREFIX)}."
        return _json(501, {"message": sentence, "code": 0}, {})

    async def _serve(self, route: Route, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix(PREFIX)
        fault = self._faults.due(request.method, path)
        if fault is not None and fault.status == "reset" and not fault.after:
            return _reset(request)
        headers: dict[str, str] = {}
        body: Any = None
        uploads: tuple[Upload, ...] = ()
        received = self._world.monotonic()
        try:
            self._authorise(route, request)
            body, uploads = await bodies.read(request, self._world.switches.attachment_size_limit)
            received = self._world.monotonic()
            self._limit(route, request, headers)
            if fault is not None and not fault.after:
                await self._fail(fault, request)
                if _gone(request):
                    return web.Response(status=499)  # whoever sent it died before it took effect
            answer = route.handle(
                Call(self._world, self._interactions, request.match_info, request.query, body, uploads)
            )
            if fault is not None and fault.after:
                if fault.status == "reset":
                    self._record(route, request, body, uploads, "reset", answer.json, received)
                    return _reset(request)
                await self._fail(fault, request)
        except ApiError as error:
            if error.status == 429:
                headers["Via"] = "1.1 sandbox"
                headers["Retry-After"] = str(whole_seconds(error.extra["retry_after"]))
            answer = Answer(error.status, error.json())
        if fault is not None and fault.json is not None and isinstance(fault.status, int):
            answer = Answer(fault.status, fault.json)
        self._record(route, request, body, uploads, answer.status, answer.json, received)
        return _json(answer.status, answer.json, headers)

    async def _fail(self, fault: Fault, request: web.Request) -> None:
        """Hold the request, or raise the ordered error."""
        if fault.status == "stall":
            await self._faults.hold(fault, lambda: _gone(request))
        elif fault.status == 429:
            raise _too_many(fault.retry_after, everywhere=False)
        elif isinstance(fault.status, int) and fault.status >= 400:
            raise ApiError(fault.status, 0, f"{fault.status}: ordered by a test")

    def _authorise(self, route: Route, request: web.Request) -> None:
        if route.token_in_path:
            return
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if error := refusal(token if scheme == "Bot" else None):
            raise error

    def _limit(self, route: Route, request: web.Request, headers: dict[str, str]) -> None:
        switches, major = self._world.switches, route.major(request.match_info)
        verdict = self._limits.take(
            route.limit, major,
            global_limit=None if route.token_in_path else switches.global_requests_per_second,
        )  # fmt: skip
        if route.shared is not None and verdict.retry_after is None:
            shared = replace(route.shared, count=switches.expressions_per_hour)
            verdict = verdict.within(self._limits.take(shared, major, global_limit=None))
        headers.update(verdict.headers)
        if verdict.retry_after is not None:
            raise _too_many(verdict.retry_after, everywhere=verdict.everywhere)

    def _record(
        self, route: Route, request: web.Request, body: Any, uploads: tuple[Upload, ...],
        status: int | str, response: Any, received: float,
    ) -> None:  # fmt: skip
        if not self._records.on:
            return
        token = request.match_info.get("webhook_token")
        path = request.path.removeprefix(PREFIX)
        interaction = None
        if token is not None:
            found = self._interactions.by_token(token)
            interaction = None if found is None else found.id
            path = path.replace(token, "TOKEN")
        self._records.rest(
            request.method, path, route.path, interaction, _without_pictures(body),
            [{"name": upload.filename, "size": len(upload.data)} for upload in uploads], status, response, received,
        )  # fmt: skip


def _without_pictures(body: Any) -> Any:
    """A body whose data URI is cut short: the log is long, and a picture says nothing in it."""
    if isinstance(body, dict) and str(body.get("image", "")).startswith("data:"):
        return body | {"image": f"{body['image'][:LOGGED_PICTURE]}…"}
    return body


def _json(status: int, body: Any, headers: dict[str, str]) -> web.Response:
    if body is None:
        return web.Response(status=status, headers=headers)
    raw = json.dumps(body, separators=(",", ":")).encode()
    return web.Response(status=status, body=raw, headers={"Content-Type": "application/json", **headers})


def _too_many(retry_after: float, *, everywhere: bool) -> ApiError:
    return ApiError(
        429, 0, "You are being rate limited.",
        extra={"retry_after": round(retry_after, 3), "global": everywhere},
    )  # fmt: skip


def _gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _reset(request: web.Request) -> web.Response:
    """Cut the connection so that the other side sees ECONNRESET."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=500)
