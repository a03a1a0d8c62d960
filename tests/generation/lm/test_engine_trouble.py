"""What comes between the steps of a batch: no memory, numbers that run away, a coming and a going."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from generation.host.engine import Broken, Grew
from generation.lm.decoder import Decoder
from generation.lm.engine import TextEngine
from tests.generation.lm.stepping import finished, made_alone, text
from tests.generation.stand import job

if TYPE_CHECKING:
    from collections.abc import Generator

    from generation.lm.load import LoadedModel

pytestmark = pytest.mark.slow


def test_where_memory_is_short_the_batch_shrinks_and_every_job_is_made(
    exact: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = TextEngine(exact, room=4)
    wishes = [job(str(n), theme=f"theme {n}", tokens=14, temperature=0.0) for n in range(4)]
    alone = {wish.id: text(made_alone(exact, wish)) for wish in wishes}
    for wish in wishes:
        engine.start(wish)
    for _ in range(14):
        engine.step()
    writing, failures = Decoder.writing, iter([torch.OutOfMemoryError("no"), MemoryError()])

    def short(self: Decoder, *given: Any) -> Generator[None, None, torch.Tensor]:
        if (error := next(failures, None)) is not None:
            raise error
        return (yield from writing(self, *given))

    monkeypatch.setattr(Decoder, "writing", short)
    engine.step()
    assert engine.stats()["room"] == 2
    assert not engine.fits(job("more"))
    done = finished(engine)
    assert set(done) == {"0", "1", "2", "3"}
    assert {
        name: text(found) for name, found in done.items()
    } == alone  # to the letter, though all were read again
    assert engine.fits(job("more"))
    assert engine.stats()["room"] == 4


def test_one_that_is_alone_and_still_too_large_fails_alone(
    model: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = TextEngine(model)
    engine.start(job("a"))
    with monkeypatch.context() as patched:
        patched.setattr(
            Decoder, "read", lambda *_: (_ for _ in ()).throw(RuntimeError("can't allocate memory"))
        )
        (broken,) = engine.step()
    assert isinstance(broken, Broken)
    assert broken.kind == "memory"
    engine.start(job("b", tokens=3))
    assert set(finished(engine)) == {"b"}


def test_a_row_whose_numbers_run_away_fails_alone_and_leaves_nothing(model: LoadedModel) -> None:
    engine = TextEngine(model)
    wish = job("a", tokens=8, temperature=0.0)
    engine.start(replace(wish, sampling=replace(wish.sampling, n=2)))
    engine.start(job("b", tokens=8, temperature=0.0))
    while {(found.job_id, found.part) for found in engine.step() if isinstance(found, Grew)} < {
        ("a", 0), ("a", 1), ("b", 0),
    }:  # fmt: skip
        pass
    for row in engine._rows:
        if row.job.id == "a" and row.seat is not None:
            engine._network.cache.data[:, :, row.seat.slot, :, :4] = torch.nan
    broken = [found for _ in range(2) for found in engine.step() if isinstance(found, Broken)]
    assert [found.job_id for found in broken] == ["a"]  # once, with two samples that ran away
    engine.start(job("c", tokens=8, temperature=0.0))
    done = finished(engine)
    assert text(done["b"]) == text(done["c"])


def test_a_poem_that_comes_is_read_between_the_halves_of_a_step(exact: LoadedModel) -> None:
    engine = TextEngine(exact)
    alone = TextEngine(exact)
    for one in (engine, alone):
        one.start(job("long", tokens=30, temperature=0.0))
    while not engine.step():
        pass
    assert engine.step() == []
    assert engine.step()  # the token that is owed after a reading
    assert engine.step() == []  # the first half of the next
    engine.start(job("poem", theme="snow", tokens=4))
    assert {found.job_id for found in engine.step()} == {"poem"}
    engine.start(job("gone", theme="wind", tokens=4))
    engine.step()
    engine.cancel("gone")
    assert text(finished(engine)["long"]) == text(finished(alone)["long"])


def test_one_that_leaves_between_the_halves_takes_nothing_of_the_others_along(exact: LoadedModel) -> None:
    """Its slot goes to one with a longer prompt, into which the second half of its token would have been written."""
    themes = {"a": "a", "b": "b", "c": "the long way home through the snow " * 6}
    wishes = {name: job(name, theme=theme, tokens=12, temperature=0.0) for name, theme in themes.items()}
    engine = TextEngine(exact, room=2)
    for name in "ab":
        engine.start(wishes[name])
    while len({found.job_id for found in engine.step()}) < 2:
        pass
    assert engine.step() == []
    engine.cancel("a")
    engine.start(wishes["c"])
    done = finished(engine)
    for name in "bc":
        assert text(done[name]) == text(made_alone(exact, wishes[name]))


def test_those_that_write_get_their_turns_while_much_is_read(model: LoadedModel) -> None:
    engine = TextEngine(model, room=4)
    engine.start(job("writes", tokens=60))
    while not engine.step():
        pass
    for n in range(3):
        engine.start(job(f"new{n}", theme=f"{n} " + "snow falls on the sea at night " * 30, tokens=4))
    told: list[set[str]] = []
    while sum(any(f"new{n}" in names for names in told) for n in range(3)) < 3:
        told.append({found.job_id for found in engine.step()})
    came = [n for n, names in enumerate(told) if names & {"new0", "new1", "new2"} and "writes" not in names]
    for before, after in itertools.pairwise(came):
        assert any("writes" in names for names in told[before:after])


def test_when_nobody_is_left_who_was_short_of_memory_there_is_room_again(
    model: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = TextEngine(model, room=4)
    for n in range(4):
        engine.start(job(str(n), tokens=30, seed=n))
    while len({found.job_id for found in engine.step()}) < 4:
        pass
    with monkeypatch.context() as patched:
        patched.setattr(Decoder, "writing", lambda *_: (_ for _ in ()).throw(MemoryError()))
        engine.step()
    assert engine.stats()["room"] == 2
    for n in range(4):
        engine.cancel(str(n))
    wish = job("four", tokens=4)
    assert engine.fits(replace(wish, sampling=replace(wish.sampling, n=4)))
