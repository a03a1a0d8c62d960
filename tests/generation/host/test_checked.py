"""What is not to be shown is made anew: paid for, the same for one seed, and in the end refused with a sentence."""

from __future__ import annotations

import codecs
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from generation.host.checked import APART, REDRAWS, SENTENCE, Checked
from generation.host.engine import Broken, Finished, Grew
from generation.host.fake import FakeEngine
from generation.safety.briefs import SENTENCE as SAY_IT_OTHERWISE
from generation.wire.errors import Refused
from generation.wire.events import Failed, Preview
from generation.wire.jobs import SEEDS
from tests.generation.contract import EngineContract
from tests.generation.host.test_picking import Scripted
from tests.generation.stand import job, stand

if TYPE_CHECKING:
    from generation.host.engine import Engine

SLUR = codecs.decode("xvxr", "rot13")


class TestContract(EngineContract):
    @pytest.fixture
    def engine(self) -> Engine:
        return Checked(FakeEngine(200.0))


def begun(engine: Scripted, name: str = "a") -> Checked:
    checked = Checked(engine)
    checked.start(job(name))
    return checked


def test_what_may_be_shown_goes_through_as_it_is() -> None:
    engine = Scripted()
    checked = begun(engine)
    engine.grow("a")
    engine.finish("a", "The moon.")
    grew, made = checked.step()
    assert grew == Grew("a", 0, "so far", 11)
    assert isinstance(made, Finished)
    assert [output.data for output in made.outputs] == [b"The moon."]
    assert checked.step() == []


def test_what_may_not_is_drawn_again_with_a_seed_of_its_own_and_paid_for() -> None:
    engine = Scripted()
    checked = begun(engine)
    engine.finish("a", f"A {SLUR}.")
    assert checked.step() == []
    assert checked.stats()["running"] == 1
    (drawn,) = engine.jobs.values()
    assert drawn == replace(job("a"), id="a~1", seed=(7 + APART) % SEEDS)
    engine.grow("a~1")
    assert checked.step() == [Grew("a", 0, "so far", 1)]  # 10 of the 11 are the prompt's
    engine.finish("a~1", "The moon.")
    (made,) = checked.step()
    assert isinstance(made, Finished)
    assert (made.job_id, made.prompt_tokens, made.output_tokens) == ("a", 10, 10)
    assert [output.data for output in made.outputs] == [b"The moon."]


def test_what_never_comes_right_ends_with_a_sentence() -> None:
    engine = Scripted()
    checked = begun(engine)
    for number in range(1 + REDRAWS):
        engine.finish(f"a~{number}" if number else "a", SLUR)
        ended = checked.step()
        assert ended == [] or number == REDRAWS
    assert ended == [Broken("a", "unsafe", SENTENCE)]
    assert not engine.jobs
    assert checked.stats()["running"] == 0


def test_of_several_pieces_those_that_may_be_shown_are_enough() -> None:
    engine = Scripted(choices=3)
    checked = begun(engine)
    engine.finish("a", SLUR, "The moon.", "The sea.")
    (made,) = checked.step()
    assert isinstance(made, Finished)
    assert [output.data for output in made.outputs] == [b"The moon.", b"The sea."]


def test_what_is_drawn_again_waits_for_room_and_nobody_passes_it() -> None:
    engine = Scripted(room=1)
    checked = begun(engine)
    engine.finish("a", SLUR)
    engine.room = 0
    checked.step()
    assert not checked.fits(job("b"))
    assert checked.step() == []
    engine.room = 1
    assert not checked.fits(job("b"))
    checked.step()
    assert list(engine.jobs) == ["a~1"]


@pytest.mark.parametrize("begins", [False, True])
def test_who_calls_it_off_gets_nothing_more_of_it(*, begins: bool) -> None:
    engine = Scripted()
    checked = begun(engine)
    engine.finish("a", SLUR)
    engine.room = 16 if begins else 0
    checked.step()
    assert bool(engine.jobs) is begins
    checked.cancel("a")
    assert checked.step() == []
    assert not engine.jobs
    assert checked.stats()["running"] == 0


def test_what_stumbled_when_it_began_is_called_off_below_and_its_news_break_nothing() -> None:
    engine = Scripted()
    checked = Checked(engine)
    engine.start(job("a"))  # as one does that raises after it has begun
    engine.grow("a")
    assert checked.step() == []
    checked.start(job("b"))
    assert checked.step() == [Grew("a", 0, "so far", 11)]
    checked.cancel("a")
    assert list(engine.jobs) == ["b"]


def test_what_fails_below_fails_by_its_own_name() -> None:
    engine = Scripted()
    checked = begun(engine)
    engine.finish("a", SLUR)
    checked.step()
    engine.break_down("a~1")
    (broken,) = checked.step()
    assert isinstance(broken, Broken)
    assert (broken.job_id, broken.kind) == ("a", "memory")


class Foul(FakeEngine):
    """The fake engine, whose texts begin with what is not to be shown."""

    def step(self) -> list[Grew | Finished | Broken]:
        found = super().step()
        return [
            replace(one, text=f"{SLUR} {one.text}") if isinstance(one, Grew)
            else replace(one, outputs=tuple(replace(part, data=SLUR.encode() + part.data) for part in one.outputs))
            if isinstance(one, Finished) else one
            for one in found
        ]  # fmt: skip


async def test_nothing_of_it_is_told_over_the_wire() -> None:
    async with stand(Checked(Foul(2000.0))) as host:
        await host.client.put(job("a", tokens=60))
        events = [numbered.event for numbered in await host.all("a")]
        assert not any(isinstance(event, Preview) for event in events)
        assert events[-1] == Failed("unsafe", SENTENCE)


async def test_a_brief_with_such_a_word_is_refused_at_the_door() -> None:
    async with stand(Checked(FakeEngine(300.0))) as host:
        with pytest.raises(Refused, match=SAY_IT_OTHERWISE):
            await host.client.put(job("a", theme=f"a {SLUR}"))
        assert host.engine.started == []
