"""The real bot and a real store in a simulated Discord; only the generation host is a stand-in here."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any

import pytest

from bot.client import Renga
from generation.wire.errors import UnknownJob
from generation.wire.events import Artifact, Done, Numbered, Preview, Queued, Started
from studio.ask import Limits
from studio.pages import Press
from studio.store import Store
from tests.studio.pictures.painted import painted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from generation.wire.jobs import Job


BASE = "ba5e" * 16  # the digest of the model that the stand-in serves


class Clock:
    """The real time, ahead by as much as a test wants."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


class InstantHost:
    """A generation host that has made everything already: four lines on the theme, the seed under them."""

    def __init__(self, clock: Clock) -> None:
        self.takes_s = 0.0
        self.verdict: dict[str, Any] = {"kept": True, "reasons": []}
        self._clock = clock
        self.jobs: dict[str, Job] = {}
        self.cancelled: list[str] = []
        self.acknowledged: list[str] = []
        self._made: dict[str, bytes] = {}

    async def put(self, job: Job) -> None:
        self.jobs[job.id] = job

    async def events(self, job_id: str, after: int = 0) -> AsyncIterator[Numbered]:
        job = self.jobs.get(job_id)
        if job is None:
            raise UnknownJob(job_id)
        self._clock.ahead_s += self.takes_s
        if job.picture is not None:
            for numbered in self._painted(job):
                yield numbered
            return
        data = f"{job.text_brief.theme}\nis one *line*\nand a second\n{job.seed}".encode()
        digest = hashlib.sha256(data).hexdigest()
        self._made[digest] = data
        told = (
            Queued(1, 0.1), Started(), Preview(0, "half"), Artifact(0, "text/plain", digest, {"form": self.verdict}),
            Done({"output_tokens": 9.0}, job.seed, "stand-in", job.adapter),
        )  # fmt: skip
        for n, event in enumerate(told, 1):
            yield Numbered(n, event)

    def _painted(self, job: Job) -> list[Numbered]:
        """Discs of the seeds' colours; themes of "soup" are outside what is known."""
        data, artifacts = painted(job.picture_brief, job.seed)
        self._made |= {artifact.digest: each for artifact, each in zip(artifacts, data, strict=True)}
        told = (
            Queued(1, 0.1), Started(), *artifacts, Done({"output_tokens": 9.0}, job.seed, "stand-in", None),
        )  # fmt: skip
        return [Numbered(n, event) for n, event in enumerate(told, 1)]

    async def artifact(self, digest: str) -> bytes:
        return self._made[digest]

    async def ack(self, job_id: str) -> None:
        self.acknowledged.append(job_id)

    async def cancel(self, job_id: str) -> None:
        self.cancelled.append(job_id)

    async def stats(self) -> dict[str, Any]:
        return {"ready": True, "engine": {"base": BASE}}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with await Store.open(f"sqlite:///{tmp_path / 'renga.sqlite'}", tmp_path / "pictures") as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def host(clock: Clock) -> InstantHost:
    return InstantHost(clock)


@pytest.fixture
def press() -> Iterator[Press]:
    with Press() as opened:
        yield opened


@pytest.fixture
def new_bot(
    store: Store, host: InstantHost, clock: Clock, press: Press, tmp_path: Path
) -> Callable[[], Renga]:
    """Makes a bot that has not been started, as after a restart."""
    return lambda: Renga(
        store=store, generation=host, clock=clock, limits=Limits(per_member=3), data_dir=tmp_path,
        allowed_guilds=frozenset(), press=press, learns="smollm2",
    )  # fmt: skip


@pytest.fixture
def simcord_bot(new_bot: Callable[[], Renga]) -> Renga:
    return new_bot()


@pytest.fixture
def guild(simcord_env: Any) -> Any:
    return simcord_env.create_guild()


@pytest.fixture
def scene(simcord_env: Any, guild: Any) -> Any:
    """A channel, and two members in it."""
    channel = guild.create_text_channel("poems")
    ada = guild.add_member(simcord_env.create_user("ada"))
    bo = guild.add_member(simcord_env.create_user("bo"))
    return channel, ada, bo
