"""A generation host in this process, behind real sockets, over an engine that a test can watch and trip."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

from generation.host.host import GenerationHost
from generation.host.loop import EngineLoop
from generation.wire.client import GenerationClient
from generation.wire.events import Preview
from generation.wire.jobs import Brief, Job, PictureBrief, Sampling, Spot, Terms
from generation.wire.server import application

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from generation.host.engine import Cost, Engine, Progress
    from generation.host.results import Results
    from generation.queue import Admission
    from generation.wire.events import Event, Numbered
    from generation.wire.jobs import PictureMove


@dataclass
class Watched:
    """An engine that counts its steps, remembers its cancellations, and fails when told.

    `ordered` and `cancelled` say after how many steps the host's loop was told to drop a job, and when it did.
    """

    inner: Engine
    fault: Exception | None = None
    steps: int = 0
    started: list[str] = field(default_factory=list)
    ordered: dict[str, int] = field(default_factory=dict)
    cancelled: dict[str, int] = field(default_factory=dict)

    def cost(self, job: Job) -> Cost:
        return self.inner.cost(job)

    def fits(self, job: Job) -> bool:
        return self.inner.fits(job)

    def start(self, job: Job) -> None:
        self.started.append(job.id)
        self.inner.start(job)

    def step(self) -> Sequence[Progress]:
        self.steps += 1
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        return self.inner.step()

    def cancel(self, job_id: str) -> None:
        self.cancelled[job_id] = self.steps
        self.inner.cancel(job_id)

    def stats(self) -> dict[str, Any]:
        return self.inner.stats()


@dataclass
class Stand:
    url: str
    host: GenerationHost
    engine: Watched
    client: GenerationClient
    session: aiohttp.ClientSession

    async def until(self, job_id: str, kind: type[Event]) -> Numbered:
        """The first event of that kind."""
        async for numbered in self.client.events(job_id):
            if isinstance(numbered.event, kind):
                return numbered
        raise AssertionError(f"{job_id} ended without {kind.__name__}")

    async def all(self, job_id: str, after: int = 0) -> list[Numbered]:
        return [numbered async for numbered in self.client.events(job_id, after)]

    async def text(self, job: Job) -> str:
        """Put the job, wait for it, fetch its text."""
        await self.client.put(job)
        digests = [n.event.digest for n in await self.all(job.id) if hasattr(n.event, "digest")]
        return (await self.client.artifact(digests[0])).decode()

    async def bytes(self, job: Job) -> list[bytes]:
        """Put the job, wait for it, fetch what was made."""
        await self.client.put(job)
        digests = [n.event.digest for n in await self.all(job.id) if hasattr(n.event, "digest")]
        return [await self.client.artifact(digest) for digest in digests]

    async def writing(self, job: Job) -> None:
        """Put the job and wait until its text grows."""
        await self.client.put(job)
        await self.until(job.id, Preview)


@contextlib.asynccontextmanager
async def stand(
    engine: Engine,
    *,
    admission: Admission | None = None,
    results: Results | None = None,
    token: str | None = None,
    clock: Callable[[], float] = time.time,
    load: Callable[[Watched], Engine] = lambda watched: watched,
) -> AsyncIterator[Stand]:
    watched = Watched(engine)
    died: list[BaseException] = []
    host = GenerationHost(admission=admission, results=results)
    loop = EngineLoop(
        lambda: load(watched), host.report, died.append, asyncio.get_running_loop(), clock=clock
    )
    drop = loop.cancel

    def noting(job_id: str) -> None:
        watched.ordered[job_id] = watched.steps
        drop(job_id)

    loop.cancel = noting  # type: ignore[method-assign]
    host.run_on(loop)
    runner = web.AppRunner(application(host, token=token), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    loop.start()
    try:
        async with aiohttp.ClientSession() as session:
            yield Stand(url, host, watched, GenerationClient(url, session, token=token), session)
    finally:
        await asyncio.to_thread(loop.stop, 30)
        await runner.cleanup()
        # aiohttp remembers the last thousand handlers, and with them their application, its host, its loop: half a gigabyte
        # of a real model for each test, 16 GB in one worker of a whole run
        del watched.inner
    assert not died


def job(
    name: str,
    theme: str = "rain",
    *,
    tokens: int = 12,
    seed: int = 7,
    form: str = "free verse",
    member: str = "ada",
    deadline: float | None = None,
    asked_at: float = 1.0,
    temperature: float = 0.8,
) -> Job:
    return Job(
        id=name, kind="text", tenant="guild", member=member, asked_at=asked_at, brief=Brief(form, theme), seed=seed,
        sampling=Sampling(max_tokens=tokens, temperature=temperature), terms=Terms(deadline=deadline),
    )  # fmt: skip


def picture_job(
    name: str,
    theme: str = "a fox",
    *,
    move: PictureMove = "new",
    spots: tuple[Spot, ...] = (),
    count: int = 1,
    seed: int = 7,
    member: str = "ada",
    deadline: float | None = None,
    asked_at: float = 1.0,
) -> Job:
    """A job of a picture; without `spots`, as many as the move wants, about `theme` and then a blue apple."""
    if not spots:
        both = (Spot(theme, seed=seed), Spot("a blue apple", seed=seed))
        spots = both if move in ("mix", "morph") else both[:1]
    return Job(
        id=name, kind="picture", tenant="guild", member=member, asked_at=asked_at, brief=None, seed=seed,
        picture=PictureBrief(move, spots, count), terms=Terms(deadline=deadline),
    )  # fmt: skip
