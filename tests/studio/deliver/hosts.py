"""Generation hosts for tests, all over real sockets: the real process with its fake engine, and one that does as told."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

from generation.wire.client import GenerationClient
from generation.wire.errors import UnknownJob
from generation.wire.events import Artifact, Done, Event, Numbered, Started
from generation.wire.server import application

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from generation.wire.jobs import Job


class HostProcess:
    """`python -m generation.host` with the fake engine; it can be killed and started again where it was."""

    def __init__(self, tokens_per_s: float) -> None:
        self.port = 0
        self._tokens_per_s = tokens_per_s
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> str:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("GENERATION_")
        }
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "generation.host", "--engine", "fake", "--port", str(self.port),
            "--fake-tokens-per-second", str(self._tokens_per_s),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, env=environment,
        )  # fmt: skip
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            if b'"listening"' in line:
                address: str = json.loads(line)["listening"]
                self.port = int(address.rpartition(":")[2])
                return address
        raise AssertionError("the host did not start")

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()


@asynccontextmanager
async def host_process(tokens_per_s: float = 1000.0) -> AsyncIterator[tuple[HostProcess, GenerationClient]]:
    host = HostProcess(tokens_per_s)
    try:
        address = await host.start()
        async with aiohttp.ClientSession() as session:
            yield host, GenerationClient(address, session)
    finally:
        await host.kill()


TEXT = "the bell\nstays"
DIGEST = hashlib.sha256(TEXT.encode()).hexdigest()
MADE: tuple[Event, ...] = (
    Started(),
    Artifact(0, "text/plain", DIGEST),
    Done({"output_tokens": 3.0}, 7, "tiny", None),
)


class ToldHost:
    """Says `events` of every job; refuses the next submissions with `refusals`, one each
    (None: takes it)."""

    def __init__(
        self, *events: Event, refusals: Sequence[Exception | None] = (), text: bytes = TEXT.encode()
    ) -> None:
        self.events_of_all: tuple[Event, ...] = events or MADE
        self.refusals = list(refusals)
        self.jobs: dict[str, Job] = {}
        self.submitted = 0
        self.acked: list[str] = []
        self.cancelled: list[str] = []
        self.forgets_after: int | None = None  # breaks the stream there, and knows nothing afterwards
        self.lost_artifacts = 0
        self._text = text

    def submit(self, job: Job) -> bool:
        self.submitted += 1
        if self.refusals and (refusal := self.refusals.pop(0)) is not None:
            raise refusal
        new = job.id not in self.jobs
        assert new or self.jobs[job.id] == job
        self.jobs[job.id] = job
        return new

    def events(self, job_id: str, after: int) -> list[Numbered]:
        if job_id not in self.jobs:
            raise UnknownJob(job_id)
        all_of_it = [Numbered(n, event) for n, event in enumerate(self.events_of_all, 1)][
            : self.forgets_after
        ]
        return all_of_it[after:]

    async def changed(self, job_id: str, after: int) -> None:
        del after
        if self.forgets_after is not None:
            self.jobs.pop(job_id, None)
            raise UnknownJob(job_id)
        await asyncio.Event().wait()

    def cancel(self, job_id: str) -> None:
        self.cancelled.append(job_id)

    def ack(self, job_id: str) -> None:
        self.acked.append(job_id)
        if self.jobs.pop(job_id, None) is None:
            raise UnknownJob(job_id)

    def artifact(self, digest: str) -> tuple[str, bytes]:
        if self.lost_artifacts:
            self.lost_artifacts -= 1
            raise UnknownJob(digest)
        return "text/plain", self._text

    def stats(self) -> dict[str, Any]:
        return {"ready": True}


@asynccontextmanager
async def told(host: ToldHost) -> AsyncIterator[GenerationClient]:
    runner = web.AppRunner(application(host), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession() as session:
        yield GenerationClient(f"http://127.0.0.1:{port}", session)
    await runner.cleanup()


@asynccontextmanager
async def nobody() -> AsyncIterator[GenerationClient]:
    """A client of a host that is not there."""
    async with aiohttp.ClientSession() as session:
        yield GenerationClient("http://127.0.0.1:1", session)
