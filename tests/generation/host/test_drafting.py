"""Drafts to pick from: each whole, the same for one seed, paid for, and begun as there is room."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from generation.host.drafting import APART, Drafting
from generation.host.engine import Broken, Cost, Finished, Grew
from generation.host.fake import FakeEngine
from generation.wire.events import Artifact, Done, Preview
from generation.wire.jobs import SEEDS, InvalidJobError, Job
from tests.generation.contract import EngineContract
from tests.generation.host.test_picking import HEAD, Scripted
from tests.generation.stand import job, picture_job, stand

if TYPE_CHECKING:
    from generation.host.engine import Engine


class TestContract(EngineContract):
    @pytest.fixture
    def engine(self) -> Engine:
        return Drafting(FakeEngine(200.0))


def three(name: str = "a", **wishes: Any) -> Job:
    return replace(job(name, **wishes), drafts=3, head=HEAD)


def texts(made: object) -> list[str]:
    assert isinstance(made, Finished)
    return [output.data.decode() for output in made.outputs]


def test_who_wants_one_piece_gets_the_engines() -> None:
    engine = Scripted()
    drafting = Drafting(engine)
    assert drafting.cost(job("a")) == Cost(10, 20)
    drafting.start(job("a"))
    assert engine.jobs == {"a": job("a")}
    engine.grow("a")
    engine.finish("a", "The moon.")
    grew, made = drafting.step()
    assert grew == Grew("a", 0, "so far", 11)
    assert texts(made) == ["The moon."]
    assert drafting.step() == []


def test_each_draft_is_a_job_of_its_own_seed_and_no_head_picks() -> None:
    engine = Scripted()
    drafting = Drafting(engine)
    drafting.start(three())
    drafting.step()
    assert list(engine.jobs) == ["a.0", "a.1", "a.2"]
    assert engine.jobs["a.0"] == replace(job("a.0"), seed=7)
    assert [one.seed for one in engine.jobs.values()] == [7, (7 + APART) % SEEDS, (7 + 2 * APART) % SEEDS]
    assert all(one.head is None and one.drafts == 1 for one in engine.jobs.values())
    assert drafting.stats()["running"] == 1


def test_they_are_given_together_in_the_order_of_their_seeds_and_each_once() -> None:
    engine = Scripted()
    drafting = Drafting(engine)
    drafting.start(three())
    drafting.step()
    engine.finish("a.2", "The sea.")
    engine.finish("a.1", "The moon.")
    assert drafting.step() == []
    engine.finish("a.0", "The moon.")
    (made,) = drafting.step()
    assert texts(made) == ["The moon.", "The sea."]
    assert isinstance(made, Finished)
    assert (made.job_id, made.prompt_tokens, made.output_tokens) == ("a", 10, 15)
    assert drafting.stats()["running"] == 0


def test_the_first_is_watched_and_of_the_others_every_token_is_paid_for() -> None:
    engine = Scripted()
    drafting = Drafting(engine)
    assert drafting.cost(three()) == Cost(10, 60)
    drafting.start(three())
    drafting.step()
    engine.grow("a.0", "a.1", "a.1")
    assert drafting.step() == [Grew("a", 0, "so far", 11), Grew("a", 1, "", 1), Grew("a", 1, "", 11)]


def test_whichever_grows_first_pays_for_the_prompt() -> None:
    engine = Scripted()
    drafting = Drafting(engine)
    drafting.start(three())
    drafting.step()
    engine.grow("a.1", "a.0", "a.0")
    assert drafting.step() == [Grew("a", 1, "", 11), Grew("a", 0, "so far", 1), Grew("a", 0, "so far", 11)]


class Stumbling(Scripted):
    """An engine that begins a job, and then stumbles over it."""

    def start(self, job: Job) -> None:
        super().start(job)
        if job.id in self.bad:
            raise ZeroDivisionError

    bad: tuple[str, ...] = ()


@pytest.mark.parametrize("bad", ["a.0", "a.1"])
def test_a_start_that_stumbles_leaves_nothing_below(bad: str) -> None:
    engine = Stumbling()
    engine.bad = (bad,)
    drafting = Drafting(engine)
    if bad == "a.0":
        with pytest.raises(ZeroDivisionError):
            drafting.start(three())
        assert not engine.jobs
        return
    drafting.start(three())
    assert drafting.step() == []
    assert list(engine.jobs) == ["a.0", "a.2"]
    engine.finish("a.0", "The moon.")
    engine.finish("a.2", "The sea.")
    (made,) = drafting.step()
    assert texts(made) == ["The moon.", "The sea."]


def test_they_begin_as_there_is_room_and_nobody_passes_them() -> None:
    engine = Scripted(room=1)
    drafting = Drafting(engine)
    drafting.start(three())
    drafting.step()
    assert list(engine.jobs) == ["a.0"]
    assert not drafting.fits(job("b"))
    for number in range(3):
        engine.finish(f"a.{number}", f"Poem {number}.")
        ended = drafting.step()
        assert drafting.fits(job("b")) is (number == 2)
        drafting.step()
    assert texts(ended[-1]) == ["Poem 0.", "Poem 1.", "Poem 2."]
    assert drafting.fits(job("b"))


def test_those_that_come_to_something_are_enough() -> None:
    engine = Scripted()
    drafting = Drafting(engine)
    drafting.start(three())
    drafting.step()
    engine.break_down("a.0")
    engine.finish("a.1", "The moon.")
    engine.break_down("a.2")
    (made,) = drafting.step()
    assert texts(made) == ["The moon."]


def test_where_none_does_it_fails_as_the_first_did() -> None:
    engine = Scripted()
    drafting = Drafting(engine)
    drafting.start(three())
    drafting.step()
    for number in range(3):
        engine.break_down(f"a.{number}")
    assert drafting.step() == [Broken("a", "memory", "There is not enough memory here to make it.")]


def test_called_off_all_of_them_are() -> None:
    engine = Scripted(room=2)
    drafting = Drafting(engine)
    drafting.start(three())
    drafting.step()
    assert len(engine.jobs) == 2
    drafting.cancel("a")
    assert drafting.step() == []
    assert not engine.jobs
    assert drafting.fits(job("b"))


async def test_over_the_wire_each_is_a_part() -> None:
    async with stand(Drafting(FakeEngine(2000.0))) as host:
        await host.client.put(three(tokens=40))
        events = [numbered.event for numbered in await host.all("a")]
        parts = [event for event in events if isinstance(event, Artifact)]
        assert [part.part for part in parts] == [0, 1, 2]
        assert len({part.digest for part in parts}) == 3
        assert {event.part for event in events if isinstance(event, Preview)} <= {0}
        done = events[-1]
        assert isinstance(done, Done)
        assert done.seed == 7
        assert done.usage["output_tokens"] == 120


@pytest.mark.parametrize(
    "wrong",
    [
        replace(job("a"), drafts=0),
        replace(job("a"), drafts=4),
        replace(picture_job("a"), drafts=2),
        replace(job("a"), drafts=2, sampling=replace(job("a").sampling, n=2)),
    ],
)
def test_a_job_that_wants_others_is_refused(wrong: Job) -> None:
    with pytest.raises(InvalidJobError, match=r"[dD]rafts"):
        Job.from_json(wrong.to_json())


def test_an_older_host_hears_of_drafts_only_where_there_are_several() -> None:
    assert "drafts" not in job("a").to_json()
    assert Job.from_json(three().to_json()) == three()
    assert Job.from_json(job("a").to_json()) == job("a")
