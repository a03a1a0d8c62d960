"""Many replicas as one engine: where jobs go, what a lost replica costs, and who pays for it. No Ray here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from generation.cluster.engine import COST_WITHIN_S, LOST_TWICE
from generation.host.engine import Broken, Finished, Grew, RefusedError
from generation.host.fake import FakeEngine
from tests.generation.cluster.links import InProcess
from tests.generation.stand import job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from generation.host.engine import Progress
    from generation.wire.jobs import Job


@pytest.fixture
def cluster() -> Iterator[InProcess]:
    with InProcess(lambda: FakeEngine(200.0), 2) as cluster:
        wait(lambda: cluster.engine.stats()["room"] == 8)
        yield cluster


def wait(holds: Callable[[], bool]) -> None:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < 20
        time.sleep(0.005)


def start(cluster: InProcess, *jobs: Job) -> None:
    for one in jobs:
        assert cluster.engine.fits(one)
        cluster.engine.start(one)


def until_over(cluster: InProcess, *names: str) -> dict[str, list[Progress]]:
    """Step until those jobs have left. All that was told of each."""
    told: dict[str, list[Progress]] = {name: [] for name in names}
    began = time.monotonic()
    while not all(isinstance(found[-1] if found else None, Finished | Broken) for found in told.values()):
        for found in cluster.engine.step():
            told[found.job_id].append(found)
        assert time.monotonic() - began < 20
    return told


def until_grown(cluster: InProcess, name: str, tokens: int = 15) -> list[Progress]:
    found: list[Progress] = []
    while sum(one.tokens for one in found if isinstance(one, Grew)) < tokens:
        found += [one for one in cluster.engine.step() if one.job_id == name]
    return found


def alone(one: Job) -> bytes:
    """What an engine of one's own makes of it."""
    engine = FakeEngine()
    engine.start(one)
    while True:
        for found in engine.step():
            if isinstance(found, Finished):
                return found.outputs[0].data


def link_of(cluster: InProcess, name: str) -> int:
    return next(number for number, link in enumerate(cluster.links) if name in link.started)


def test_there_is_as_much_room_as_the_replicas_have_together(cluster: InProcess) -> None:
    jobs = [job(f"j{n}", tokens=30, seed=n) for n in range(8)]
    start(cluster, *jobs)
    assert not cluster.engine.fits(job("more"))
    told = until_over(cluster, *(one.id for one in jobs))
    for one in jobs:
        finished = told[one.id][-1]
        assert isinstance(finished, Finished)
        assert finished.outputs[0].data == alone(one)
    assert [len(link.started) for link in cluster.links] == [4, 4]
    assert cluster.engine.fits(job("more"))


def test_every_token_is_told_once_though_steps_are_merged(cluster: InProcess) -> None:
    start(cluster, job("a", tokens=100))
    told = until_over(cluster, "a")["a"]
    assert sum(found.tokens for found in told if isinstance(found, Grew)) == 110
    assert len(told) < 60  # at most fifty messages a second, of a hundred steps in half a second


def test_jobs_of_one_adapter_share_a_replica_and_those_of_another_take_the_other(cluster: InProcess) -> None:
    from dataclasses import replace

    for n, adapter in enumerate(["x" * 64, "y" * 64] * 6):
        name = f"{adapter[0]}{n}"
        start(cluster, replace(job(name, tokens=2), adapter=adapter))
        until_over(cluster, name)
    sent = [{name[0] for name in link.started} for link in cluster.links]
    assert sorted(sent, key=min) == [{"x"}, {"y"}]


def test_what_the_engine_refuses_is_refused_here(cluster: InProcess) -> None:
    with pytest.raises(RefusedError, match="not known"):
        cluster.engine.cost(job("a", form="epic in hexameters"))
    assert cluster.engine.cost(job("a", tokens=9)).output_tokens == 9


def test_a_cancelled_job_leaves_its_replica_and_its_id_may_come_again(cluster: InProcess) -> None:
    start(cluster, job("a", tokens=2000))
    until_grown(cluster, "a")
    cluster.engine.cancel("a")
    cluster.engine.cancel("nobody")
    again = job("a", tokens=20, seed=8)
    start(cluster, again)
    (*grown, finished) = until_over(cluster, "a")["a"]
    assert isinstance(finished, Finished)
    assert finished.outputs[0].data == alone(again)
    assert sum(found.tokens for found in grown if isinstance(found, Grew)) == 30
    assert cluster.engine.stats()["running"] == 0


def test_a_lost_replicas_job_begins_anew_on_the_other_and_only_what_is_new_is_charged(
    cluster: InProcess,
) -> None:
    one = job("a", tokens=100)
    start(cluster, one)
    before = until_grown(cluster, "a", 60)
    first = link_of(cluster, "a")
    cluster.cut(cluster.links[first])
    told = before + until_over(cluster, "a")["a"]
    assert "a" in cluster.links[1 - first].started
    finished = told[-1]
    assert isinstance(finished, Finished)
    assert finished.outputs[0].data == alone(one)
    grown = [found for found in told if isinstance(found, Grew)]
    assert sum(found.tokens for found in grown) == 110
    assert [len(found.text) for found in grown] == sorted(len(found.text) for found in grown)


def test_a_job_whose_second_replica_is_lost_too_has_failed_once(cluster: InProcess) -> None:
    start(cluster, job("a", tokens=2000))
    until_grown(cluster, "a")
    first = link_of(cluster, "a")
    cluster.cut(cluster.links[first])
    wait(lambda: "a" in cluster.links[1 - first].started)
    cluster.cut(cluster.links[1 - first])
    told = [found for found in until_over(cluster, "a")["a"] if not isinstance(found, Grew)]
    assert told == [Broken("a", "engine", LOST_TWICE)]
    assert cluster.engine.step() == []


def test_with_no_replica_left_one_job_waits_for_the_next_to_come_and_more_have_no_room(
    cluster: InProcess,
) -> None:
    for link in cluster.links:
        cluster.cut(link)
    wait(lambda: cluster.engine.stats()["room"] == 0)
    one = job("a", tokens=5)
    start(cluster, one)
    assert not cluster.engine.fits(job("b"))
    assert cluster.engine.step() == []
    cluster.links[1].mend()
    (*_, finished) = until_over(cluster, "a")["a"]
    assert isinstance(finished, Finished)
    assert finished.outputs[0].data == alone(one)
    assert [replica["lost"] for replica in cluster.engine.stats()["replicas"]] == [1, 1]


def test_a_job_without_a_replica_can_be_cancelled(cluster: InProcess) -> None:
    for link in cluster.links:
        cluster.cut(link)
    wait(lambda: cluster.engine.stats()["room"] == 0)
    start(cluster, job("a"))
    cluster.engine.cancel("a")
    cluster.links[0].mend()
    wait(lambda: cluster.engine.stats()["room"] == 4)
    assert cluster.engine.stats()["running"] == 0
    assert cluster.links[0].started == []


def test_a_step_without_news_returns_soon(cluster: InProcess) -> None:
    began = time.monotonic()
    assert cluster.engine.step() == []
    assert time.monotonic() - began < COST_WITHIN_S, "it waited for a replica"


class Stumbling(FakeEngine):
    def step(self) -> list[Progress]:
        if "poison" in self._rows:
            raise ZeroDivisionError
        return super().step()


def test_a_step_that_fails_on_one_replica_leaves_the_other_ones_jobs_alone() -> None:
    with InProcess(lambda: Stumbling(200.0), 2) as cluster:
        wait(lambda: cluster.engine.stats()["room"] == 8)
        # "beside" is at work, with a second of it to go, when "poison" comes to the same replica
        start(cluster, job("beside", tokens=200), job("a", tokens=30), job("poison"))
        told = until_over(cluster, "poison", "a", "beside")
        ends = {name: type(found[-1]) for name, found in told.items()}
        assert ends == {"poison": Broken, "a": Finished, "beside": Broken}
        broken = told["poison"][-1]
        assert isinstance(broken, Broken)
        assert "reference" in broken.sentence
        start(cluster, job("after", tokens=3))
        assert isinstance(until_over(cluster, "after")["after"][-1], Finished)


class Stammering(FakeEngine):
    """Tells every ending twice."""

    def step(self) -> list[Progress]:
        found = super().step()
        return found + [one for one in found if not isinstance(one, Grew)]


def test_a_replica_whose_engine_tells_an_ending_twice_lives_on() -> None:
    with InProcess(Stammering, 1) as cluster:
        wait(lambda: cluster.engine.stats()["room"] == 4)
        for name in ("a", "b"):
            start(cluster, job(name))
            assert [
                type(found) for found in until_over(cluster, name)[name] if not isinstance(found, Grew)
            ] == [Finished]
