"""What comes between the steps of a batch: no memory, numbers that run away, a coming and a going."""

from __future__ import annotations

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
    assert engine.step() == []  # the first half
    engine.start(job("poem", theme="snow", tokens=4))
    assert {found.job_id for found in engine.step()} == {"poem"}
    engine.start(job("gone", theme="wind", tokens=4))
    engine.step()
    engine.cancel("gone")
    assert text(finished(engine)["long"]) == text(finished(alone)["long"])


def test_one_that_leaves_between_the_halves_takes_nothing_of_the_others_along(exact: LoadedModel) -> None:
    engine = TextEngine(exact, room=2)
    for name in "ab":
        engine.start(job(name, theme=name, tokens=12, temperature=0.0))
    while len({found.job_id for found in engine.step()}) < 2:
        pass
    assert engine.step() == []
    engine.cancel("a")
    engine.start(job("c", theme="c", tokens=12, temperature=0.0))
    done = finished(engine)
    alone = TextEngine(exact)
    for name in "bc":
        alone.start(job(name, theme=name, tokens=12, temperature=0.0))
        assert text(finished(alone)[name]) == text(done[name])
