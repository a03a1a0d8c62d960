"""The asking end of the wire: a generation host, as its clients see it."""

from __future__ import annotations

import hashlib
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp

from generation.wire.errors import BadAnswer, Conflict, Full, Refused, UnknownJob, Unreachable
from generation.wire.events import TERMINAL, Numbered
from generation.wire.reading import InvalidJobError
from generation.wire.turns import Turn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from generation.wire.jobs import Job

ANSWER_WITHIN_S = 15.0
SILENT_FOR_S = 35.0  # the host sends a blank line every ten seconds
LINE_LIMIT = 4 * 2**20
ARTIFACT_LIMIT = 64 * 2**20


class GenerationClient:
    """Speaks the wire to the host at `base_url`. Every method raises `Unreachable` where nobody answers."""

    def __init__(self, base_url: str, session: aiohttp.ClientSession, *, token: str | None = None) -> None:
        self._base_url = base_url.rstrip("/")
        self._session = session
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def put(self, job: Job) -> None:
        """Submit `job`; the same job twice is the same as once.

        Raises:
            Conflict: another job has this id.
            Full: no room now, for the member, the tenant or anybody.
            Refused: the host can never do it.
        """
        async with self._asking("PUT", f"/v1/jobs/{job.id}", json=job.to_json()) as answer:
            if answer.status in (200, 201):
                return
            told = await _told(answer)
            match answer.status, told:
                case 409, {"error": str(sentence)}:
                    raise Conflict(sentence)
                case 429, {
                    "eta_s": float(eta_s) | int(eta_s),
                    "limit": "member" | "tenant" | "host" as limit,
                }:
                    raise Full(eta_s, limit)
                case 400 | 413 | 422, {"error": str(sentence)}:
                    raise Refused(sentence)
                case _:
                    raise _unexpected(answer)

    async def events(self, job_id: str, after: int = 0) -> AsyncIterator[Numbered]:
        """The job's events numbered above `after`, as they come; ends after a terminal one.

        Raises:
            UnknownJob: the host does not have the job.
            Unreachable: the connection broke before a terminal event.
        """
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=ANSWER_WITHIN_S, sock_read=SILENT_FOR_S)
        path = f"/v1/jobs/{job_id}/events?after={after}"
        async with self._asking("GET", path, timeout=timeout, read_bufsize=LINE_LIMIT) as answer:
            if answer.status == 404:
                raise UnknownJob(job_id)
            if answer.status != 200:
                raise _unexpected(answer)
            async for line in answer.content:
                if not line.strip():
                    continue
                try:
                    numbered = Numbered.from_line(line)
                except InvalidJobError as error:
                    raise BadAnswer(str(error)) from None
                yield numbered
                if isinstance(numbered.event, TERMINAL):
                    return
        raise Unreachable("the stream ended early")

    async def ack(self, job_id: str) -> None:
        """Say that the result is safe, so that the host may forget it. Twice is once."""
        await self._tell("POST", f"/v1/jobs/{job_id}/ack")

    async def cancel(self, job_id: str) -> None:
        """Call the job off. Twice is once, and a job that is over stays as it is."""
        await self._tell("DELETE", f"/v1/jobs/{job_id}")

    async def artifact(self, digest: str) -> bytes:
        """The bytes whose SHA-256 is `digest`.

        Raises:
            UnknownJob: the host no longer has them.
            BadAnswer: it sent others.
        """
        async with self._asking("GET", f"/v1/artifacts/{digest}") as answer:
            if answer.status == 404:
                raise UnknownJob(digest)
            if answer.status != 200:
                raise _unexpected(answer)
            data = await answer.read()
        if len(data) > ARTIFACT_LIMIT or hashlib.sha256(data).hexdigest() != digest:
            raise BadAnswer("the artifact's bytes are not those of its digest")
        return data

    async def stats(self) -> dict[str, Any]:
        """What is true of the host now; `ready` says whether its model is loaded."""
        async with self._asking("GET", "/v1/stats") as answer:
            if answer.status != 200:
                raise _unexpected(answer)
            return await _told(answer)

    async def turn(self) -> Turn:
        """Whether whoever trains on the host's machine may go on for a turn (`generation.host.turns`)."""
        async with self._asking("POST", "/v1/turns") as answer:
            if answer.status != 200:
                raise _unexpected(answer)
            try:
                return Turn.from_json(await _told(answer))
            except ValueError as error:
                raise BadAnswer(str(error)) from error

    async def _tell(self, method: str, path: str) -> None:
        async with self._asking(method, path) as answer:
            if answer.status not in (200, 204, 404):
                raise _unexpected(answer)

    @asynccontextmanager
    async def _asking(self, method: str, path: str, **options: Any) -> AsyncIterator[aiohttp.ClientResponse]:
        options.setdefault("timeout", aiohttp.ClientTimeout(total=ANSWER_WITHIN_S))
        try:
            async with self._session.request(
                method, self._base_url + path, headers=self._headers, **options
            ) as answer:
                yield answer
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unreachable(f"{type(error).__name__} at {method} {path.partition('?')[0]}") from error
        except ValueError as error:  # aiohttp's word for a line that is too long
            raise BadAnswer(str(error)) from error


async def _told(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    try:
        told = json.loads(await answer.read())
    except ValueError:
        raise _unexpected(answer) from None
    if not isinstance(told, dict):
        raise _unexpected(answer)
    return told


def _unexpected(answer: aiohttp.ClientResponse) -> BadAnswer:
    return BadAnswer(f"{answer.status} at {answer.method} {answer.url.path}")
