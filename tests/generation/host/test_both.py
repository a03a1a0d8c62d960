"""Texts and pictures from one host: neither waits for the other, neither falls with the other."""

from __future__ import annotations

import asyncio
import itertools
import random
from typing import TYPE_CHECKING, Any

import pytest

from generation.gan.engine import PICTURE_TOKENS, ROOM, PictureEngine
from generation.gan.tiles import Tiles
from generation.host.both import Both, NoPictures
from generation.host.engine import Cost, Finished, Grew
from generation.host.fake import ROOM as ROWS
from generation.host.fake import FakeEngine
from generation.queue import Admission
from generation.wire.errors import Full
from generation.wire.events import Artifact, Done, Failed, Preview, Queued, Started
from tests.generation.contract import EngineContract
from tests.generation.stand import job, picture_job, stand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.host.engine import Engine, Progress
    from generation.wire.jobs import Job


class TestTheContractOfTexts(EngineContract):
    """Kept by the pair as by the text engine alone."""

    @pytest.fixture
    def engine(self) -> Engine:
        return Both(FakeEngine(tokens_per_s=200.0), NoPictures("Pictures are turned off here."))


class Slow:
    """An engine whose steps each take `step_s` on a clock that is shared, and make one token of every job."""

    def __init__(self, name: str, step_s: float, told: list[str], clock: list[float]) -> None:
        self.name, self.step_s, self.told, self.now = name, step_s, told, clock
        self.jobs: dict[str, int] = {}
        self.fault: Exception | None = None
        self.cancelled: list[str] = []

    def cost(self, job: Job) -> Cost:
        return Cost(0, 10)

    def fits(self, job: Job) -> bool:
        return len(self.jobs) < 2

    def start(self, job: Job) -> None:
        self.jobs[job.id] = 10

    def step(self) -> Sequence[Progress]:
        self.told.append(self.name)
        self.now[0] += self.step_s
        if self.fault is not None:
            raise self.fault
        progress: list[Progress] = []
        for name in list(self.jobs):
            self.jobs[name] -= 1
            progress.append(Grew(name, 0, "", 1))
            if not self.jobs[name]:
                del self.jobs[name]
                progress.append(Finished(name, (), 0, 10, self.name, None))
        return progress

    def cancel(self, job_id: str) -> None:
        self.cancelled.append(job_id)
        self.jobs.pop(job_id, None)

    def stats(self) -> dict[str, Any]:
        return {"model": self.name, "running": len(self.jobs), "room": 2}


class Pair:
    def __init__(self, text_s: float = 0.02, picture_s: float = 0.04) -> None:
        self.told: list[str] = []
        self.clock = [0.0]
        self.text = Slow("text", text_s, self.told, self.clock)
        self.pictures = Slow("picture", picture_s, self.told, self.clock)
        self.engine = Both(self.text, self.pictures, clock=lambda: self.clock[0])


def test_each_kind_is_weighed_and_seated_by_its_own_engine() -> None:
    pair = Pair()
    for n in range(2):
        assert pair.engine.fits(job(f"t{n}"))
        pair.engine.start(job(f"t{n}"))
    assert not pair.engine.fits(job("more"))
    assert pair.engine.fits(picture_job("p"))
    pair.engine.start(picture_job("p"))
    assert (list(pair.text.jobs), list(pair.pictures.jobs)) == (["t0", "t1"], ["p"])
    stats = pair.engine.stats()
    assert (stats["model"], stats["running"], stats["room"], stats["pictures"]["running"]) == (
        "text",
        3,
        2,
        1,
    )


def test_while_both_have_work_each_gets_half_of_the_time() -> None:
    pair = Pair(text_s=0.01, picture_s=0.03)
    pair.engine.start(job("t"))
    pair.engine.start(picture_job("p"))
    for _ in range(8):
        pair.engine.step()
    assert pair.told.count("text") == 6
    assert pair.told.count("picture") == 2


def test_a_text_waits_for_one_step_of_the_pictures_at_most() -> None:
    pair = Pair(text_s=0.05, picture_s=0.01)
    pair.engine.start(picture_job("p"))
    for _ in range(5):
        pair.engine.step()
    pair.engine.start(job("t"))
    for _ in range(3):
        pair.engine.step()
    assert "text" in pair.told[5:7]  # what was used alone is not held against the pictures, nor for the text


def test_a_text_waits_for_two_steps_of_the_pictures_however_long_its_own_was() -> None:
    pair = Pair(text_s=3.0, picture_s=0.04)
    pair.engine.start(job("t"))
    for n in range(2):
        pair.engine.start(picture_job(f"p{n}"))
    pair.engine.step()
    pair.text.step_s = 0.02  # its first step read a long source
    for _ in range(8):
        pair.engine.step()
    assert pair.told[:4] == ["text", "picture", "picture", "text"]
    assert pair.told[3:].count("text") == 4  # and what it owed is let go: of 0.16 s it has half


@pytest.mark.parametrize("seed", range(5))
def test_steps_of_one_length_more_or_less_are_half_of_them_the_pictures(seed: int) -> None:
    draw, pair = random.Random(seed), Pair()
    used = {"text": 0.0, "picture": 0.0}
    for n in range(400):
        for start in (job(f"t{n}"), picture_job(f"p{n}")):
            if not (pair.text if start.kind == "text" else pair.pictures).jobs:
                pair.engine.start(start)
        pair.text.step_s, pair.pictures.step_s = (draw.uniform(0.03, 0.05) for _ in range(2))
        pair.engine.step()
        used[pair.told[-1]] += pair.clock[0] - sum(used.values())
    assert used["picture"] / sum(used.values()) == pytest.approx(0.5, abs=0.03)


def test_one_alone_has_all_the_time() -> None:
    pair = Pair()
    pair.engine.start(picture_job("p"))
    while pair.engine.stats()["running"]:
        pair.engine.step()
    assert pair.told == ["picture"] * 10
    assert pair.engine.step() == ()


def test_an_engine_that_stumbles_takes_its_own_jobs_along_and_no_others() -> None:
    pair = Pair()
    pair.engine.start(job("t"))
    for n in range(2):
        pair.engine.start(picture_job(f"p{n}"))
    pair.pictures.fault = MemoryError()
    told = list(itertools.chain.from_iterable(pair.engine.step() for _ in range(3)))
    broken = [found for found in told if not isinstance(found, Grew)]
    assert [(found.job_id, found.kind) for found in broken] == [("p0", "memory"), ("p1", "memory")]  # type: ignore[union-attr]
    assert pair.pictures.cancelled == ["p0", "p1"]
    assert pair.engine.stats()["running"] == 1
    pair.pictures.fault = None
    pair.engine.start(picture_job("after"))
    while pair.engine.stats()["running"]:
        told += pair.engine.step()
    assert {found.job_id for found in told if isinstance(found, Finished)} == {"t", "after"}


def test_a_cancelled_job_leaves_its_engine_and_no_other_is_asked() -> None:
    pair = Pair()
    pair.engine.start(job("t"))
    pair.engine.start(picture_job("p"))
    pair.engine.cancel("p")
    pair.engine.cancel("nobody")
    assert (pair.text.cancelled, pair.pictures.cancelled) == ([], ["p"])


async def test_where_there_are_no_pictures_they_are_refused_with_the_reason_and_texts_are_made() -> None:
    async with stand(Both(FakeEngine(200.0), NoPictures("Pictures are turned off here."))) as host:
        await host.client.put(picture_job("p"))
        assert (await host.all("p"))[-1].event == Failed("invalid", "Pictures are turned off here.")
        assert await host.text(job("t"))
        assert (await host.client.stats())["engine"]["pictures"]["model"] is None


async def test_pictures_are_made_while_every_row_writes_and_more_texts_wait() -> None:
    async with stand(Both(FakeEngine(100.0), PictureEngine(Tiles(0.005)))) as host:
        for n in range(ROWS + 3):
            await host.client.put(job(f"t{n}", tokens=400, seed=n))
        await host.until("t0", Preview)
        grids = await asyncio.gather(
            *(host.bytes(picture_job(f"p{n}", count=4, seed=10 * n)) for n in range(ROOM + 2))
        )
        assert all(len(grid) == 4 for grid in grids)
        stats = await host.client.stats()
        assert stats["waiting"] == 3  # of the texts not one has ended yet
        for n in range(ROWS + 3):
            await host.client.cancel(f"t{n}")


async def test_texts_go_on_while_every_place_for_pictures_is_taken_and_more_wait() -> None:
    async with stand(Both(FakeEngine(0.0), PictureEngine(Tiles(0.02)))) as host:
        for n in range(ROOM + 3):
            await host.client.put(picture_job(f"p{n}", move="morph", seed=n))
        await host.until("p0", Started)
        assert await host.text(job("t", tokens=20))
        assert (await host.client.stats())["waiting"] == 3
        for n in range(ROOM + 3):
            await host.client.cancel(f"p{n}")


async def test_both_kinds_at_once_over_the_wire_are_what_they_are_alone() -> None:
    pictures = [picture_job(f"p{n}", move=move, count=count) for n, (move, count) in enumerate(
        [("new", 4), ("vary", 2), ("mix", 5), ("morph", 1)]
    )]  # fmt: skip
    texts = [job(f"t{n}", seed=n, tokens=30) for n in range(ROWS)]
    async with stand(Both(FakeEngine(0.0), PictureEngine(Tiles()))) as host:
        alone = [await host.bytes(one) for one in (*pictures, *texts)]
    async with stand(Both(FakeEngine(0.0), PictureEngine(Tiles()))) as host:
        assert await asyncio.gather(*(host.bytes(one) for one in (*pictures, *texts))) == alone
        for one, made in zip(pictures, alone, strict=False):
            events = [numbered.event for numbered in await host.all(one.id)]
            artifacts = [event for event in events if isinstance(event, Artifact)]
            assert [artifact.part for artifact in artifacts] == list(range(len(made)))
            assert all(artifact.meta["alt"] for artifact in artifacts)
            done = events[-1]
            assert isinstance(done, Done)
            assert (done.model, done.usage["output_tokens"] % PICTURE_TOKENS) == ("tiles", 0)


async def test_a_picture_s_place_is_one_among_pictures() -> None:
    async with stand(Both(FakeEngine(100.0), PictureEngine(Tiles(0.05)))) as host:
        for n in range(ROWS + 5):
            await host.client.put(job(f"t{n}", tokens=400, seed=n))
        for n in range(ROOM + 1):
            await host.client.put(picture_job(f"p{n}", move="morph", seed=n))
        queued = (await host.until(f"p{ROOM}", Queued)).event
        assert isinstance(queued, Queued)
        assert queued.position == 1
        for n in range(ROWS + 5):
            await host.client.cancel(f"t{n}")
        for n in range(ROOM + 1):
            await host.client.cancel(f"p{n}")


async def test_a_host_that_is_full_says_so_for_pictures_too() -> None:
    async with stand(
        Both(FakeEngine(100.0), PictureEngine(Tiles(0.05))), admission=Admission(capacity=1)
    ) as host:
        for n in range(ROOM):
            await host.client.put(picture_job(f"p{n}", move="morph", seed=n))
            await host.until(f"p{n}", Started)
        await host.client.put(picture_job("waits"))
        with pytest.raises(Full):
            await host.client.put(picture_job("more"))
        for n in range(ROOM):
            await host.client.cancel(f"p{n}")
