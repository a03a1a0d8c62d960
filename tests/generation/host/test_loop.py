"""The engine's thread, step by step: how often it looks along the line, and what it tells the line of speed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from generation.host import loop as module
from generation.host.engine import Cost, Grew
from generation.host.loop import EngineLoop
from generation.queue import FairQueue
from tests.generation.stand import job, picture_job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from generation.host.engine import Engine, Progress
    from generation.wire.jobs import Job, Kind


class OneOfEach:
    """An engine with a row for a text and one for a picture, which makes a token of each job in a step."""

    def __init__(self) -> None:
        self.jobs: dict[Kind, str] = {}

    def cost(self, job: Job) -> Cost:
        return Cost(0, 10)

    def fits(self, job: Job) -> bool:
        return job.kind not in self.jobs

    def start(self, job: Job) -> None:
        self.jobs[job.kind] = job.id

    def step(self) -> Sequence[Progress]:
        return [Grew(name, 0, "", 1) for name in self.jobs.values()]

    def cancel(self, job_id: str) -> None:
        self.jobs = {kind: name for kind, name in self.jobs.items() if name != job_id}

    def stats(self) -> dict[str, Any]:
        return {}


class Watched(FairQueue):
    """The line, and what was asked and told of it."""

    def __init__(self) -> None:
        super().__init__()
        self.takes = 0
        self.told: dict[Kind, list[tuple[int, bool]]] = {"text": [], "picture": []}

    def take(self, fits: Callable[[Job], bool]) -> Job | None:
        self.takes += 1
        return super().take(fits)

    def measured(self, tokens: int, seconds: float, kind: Kind = "text") -> None:
        if tokens or seconds:
            self.told[kind].append((tokens, seconds > 0))
        super().measured(tokens, seconds, kind)


class Stand:
    """A loop without its thread: its turns are taken here."""

    def __init__(self, loop: EngineLoop, line: Watched) -> None:
        self.loop, self.line = loop, line

    def turn(self, *jobs: Job) -> None:
        for one in jobs:
            self.loop.submit(one)
        self.loop._drain()
        self.loop._admit()
        self.loop._step()


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    line, engine = Watched(), OneOfEach()
    monkeypatch.setattr(module, "FairQueue", lambda: line)
    events = asyncio.new_event_loop()

    def load() -> Engine:
        return engine

    loop = EngineLoop(load, lambda _report: None, lambda _error: None, events)
    loop._engine = engine
    yield Stand(loop, line)
    events.close()


def test_while_every_kind_is_under_way_the_line_is_looked_along_once_a_step(stand: Stand) -> None:
    stand.turn(job("t0"), job("t1"), picture_job("p0"), picture_job("p1"))
    stand.line.takes = 0
    for _ in range(5):
        stand.turn()
    assert stand.line.takes == 5


def test_each_kind_s_speed_is_told_of_what_it_made_while_it_ran(stand: Stand) -> None:
    for _ in range(3):
        stand.turn(*([] if stand.loop._running else [picture_job("p")]))
    stand.loop._measure()
    stand.turn(job("t"))
    stand.loop._measure()
    assert stand.line.told == {"text": [(1, True)], "picture": [(3, True), (1, True)]}
