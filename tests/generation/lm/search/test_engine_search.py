"""Searches in the engine's batch: forms that are kept, beside others, and whatever comes between the steps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from generation.forms import verdict
from generation.host.engine import Broken, Finished, Grew, RefusedError
from generation.lm.decoder import Decoder
from generation.lm.engine import TextEngine
from generation.lm.search.searching import FEWEST, PARTICLES
from generation.wire.jobs import Brief
from tests.generation.lm.stepping import finished, made_alone, text
from tests.generation.stand import job

if TYPE_CHECKING:
    from collections.abc import Generator

    from generation.lm.load import LoadedModel
    from generation.wire.jobs import Job

pytestmark = pytest.mark.slow


def searched(name: str, form: str = "haiku", theme: str = "rain", seed: int = 7, **brief: Any) -> Job:
    return replace(job(name, tokens=0, seed=seed), brief=Brief(form, theme, **brief))


def until_it_writes(engine: TextEngine, count: int = 1) -> None:
    while sum(piece.writes for piece in engine._pieces) < count:
        engine.step()


@pytest.mark.parametrize(
    "wish",
    [
        searched("haiku"),
        searched("must", must=("umbrella", "old man")),
        searched("couplet", "couplet", "a broken clock"),
        searched("acrostic", "acrostic", "the sea", given="SEA", must=("paper",)),
    ],
    ids=lambda wish: wish.id,
)
def test_a_form_is_kept_however_it_is_read(model: LoadedModel, wish: Job) -> None:
    made = text(made_alone(model, wish))
    said = verdict(wish.text_brief, made)
    assert said.kept, (made, said.reasons)
    assert not said.reasons


def test_a_scene_is_one_as_a_library_reads_it(model: LoadedModel) -> None:
    wish = searched("scene", "scene", "two sisters sell a boat", length="short")
    made = text(made_alone(model, wish))
    assert verdict(wish.text_brief, made).kept, made


def test_its_lines_are_shown_as_they_are_finished_and_its_tokens_are_counted(model: LoadedModel) -> None:
    engine = TextEngine(model)
    wish = searched("a")
    cost = engine.cost(wish)
    engine.start(wish)
    shown: list[str] = []
    spent = 0
    while engine.stats()["running"]:
        for found in engine.step():
            if isinstance(found, Grew):
                spent += found.tokens
                shown += [found.text] if found.text else []
            else:
                done = found
    assert isinstance(done, Finished)
    assert [len(preview.splitlines()) for preview in shown] == [1, 2, 3]
    assert shown[-1] == text(done)
    assert spent == done.prompt_tokens + done.output_tokens
    assert 0.6 < done.output_tokens / cost.output_tokens < 1.4


def test_a_seed_gives_the_same_piece_and_another_another(model: LoadedModel) -> None:
    first, again = (text(made_alone(model, searched("a"))) for _ in range(2))
    assert first == again
    assert text(made_alone(model, searched("a", seed=8))) != first


def test_a_job_that_names_a_head_gets_all_that_its_search_came_to(model: LoadedModel) -> None:
    engine = TextEngine(model)
    wishes = [
        replace(searched(form, form, length="short"), head="ab" * 32) for form in ("couplet", "free verse")
    ]
    assert [engine.cost(wish).choices for wish in wishes] == [2, 4]
    for wish in wishes:
        engine.start(wish)
    done = finished(engine)
    for wish in wishes:
        pieces = [output.data.decode() for output in done[wish.id].outputs]
        assert len(set(pieces)) == len(pieces) > 1
        assert verdict(wish.text_brief, pieces[0]).kept


def test_others_write_on_in_the_same_steps_and_write_what_they_would_alone(exact: LoadedModel) -> None:
    engine = TextEngine(exact)
    other = job("other", tokens=40, temperature=0.0)
    engine.start(other)
    engine.start(searched("a"))
    until_it_writes(engine)
    grown = {found.job_id for _ in range(6) for found in engine.step()}
    assert grown == {"other", "a"}
    done = finished(engine)
    assert text(done["other"]) == text(made_alone(exact, other))


def test_many_at_once_have_fewer_particles_each_and_keep_their_form(model: LoadedModel) -> None:
    engine = TextEngine(model)
    engine._searching.room = 2 * FEWEST
    wishes = [searched(str(n), theme=f"theme {n}", seed=n) for n in range(2)]
    for wish in wishes:
        engine.start(wish)
    until_it_writes(engine, 2)
    assert {len(piece.branches.lengths) for piece in engine._pieces if piece.branches} == {FEWEST}
    done = finished(engine)
    assert all(verdict(wish.text_brief, text(done[wish.id])).kept for wish in wishes)


def test_searches_have_room_of_their_own(model: LoadedModel) -> None:
    engine = TextEngine(model, room=1)
    for n in range(engine._searching.most):
        assert engine.fits(searched(str(n)))
        engine.start(searched(str(n)))
    assert not engine.fits(searched("more"))
    assert engine.fits(job("row"))
    engine.start(job("row"))
    assert not engine.fits(job("another"))


def test_one_that_is_called_off_leaves_nothing_and_takes_nothing_along(exact: LoadedModel) -> None:
    engine = TextEngine(exact)
    for name in "ab":
        engine.start(searched(name, theme=name))
    engine.start(searched("c", theme="c"))
    until_it_writes(engine, 2)
    engine.step()
    engine.cancel("a")
    engine.cancel("c")
    assert set(finished(engine)) == {"b"}
    assert engine._network.cache.free == engine._most + 2
    assert engine._searching.share() == PARTICLES


def test_where_memory_is_short_it_begins_again_with_fewer_particles(
    model: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = TextEngine(model)
    engine.start(searched("a"))
    until_it_writes(engine)
    writing, failures = Decoder.writing, iter([torch.OutOfMemoryError("no"), MemoryError()])

    def short(self: Decoder, *given: Any) -> Generator[None, None, torch.Tensor]:
        if (error := next(failures, None)) is not None:
            raise error
        return (yield from writing(self, *given))

    monkeypatch.setattr(Decoder, "writing", short)
    done = finished(engine)
    assert verdict(searched("a").text_brief, text(done["a"])).kept
    assert engine._searching.share() < PARTICLES
    assert engine.fits(searched("b"))
    assert engine._searching.share() == PARTICLES


def test_one_for_which_there_is_never_memory_fails_alone(
    model: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = TextEngine(model)
    engine.start(searched("a"))
    until_it_writes(engine)
    with monkeypatch.context() as patched:
        patched.setattr(Decoder, "writing", lambda *_: (_ for _ in ()).throw(MemoryError()))
        broken: list[Any] = []
        while engine.stats()["running"]:
            broken += engine.step()
    assert [found.kind for found in broken if isinstance(found, Broken)] == ["memory"]
    assert engine._network.cache.free == engine._most + 2
    engine.start(searched("b"))
    assert set(finished(engine)) == {"b"}


def test_one_whose_numbers_run_away_fails_alone(model: LoadedModel) -> None:
    engine = TextEngine(model)
    engine.start(searched("a"))
    engine.start(job("row", tokens=60))
    until_it_writes(engine)
    branches: Any = engine._pieces[0].branches
    while min(branches.lengths) < 1:
        engine.step()
    with torch.inference_mode():
        branches._own[:, :, :, :, 0] = torch.nan
    broken = [found for _ in range(4) for found in engine.step() if isinstance(found, Broken)]
    assert [(found.job_id, found.kind) for found in broken] == [("a", "engine")]
    assert set(finished(engine)) == {"row"}


def test_what_its_form_cannot_hold_is_one_sentence(model: LoadedModel) -> None:
    with pytest.raises(RefusedError, match="incomprehensibilities") as caught:
        TextEngine(model).cost(searched("a", must=("incomprehensibilities",)))
    assert caught.value.kind == "invalid"


def test_a_bad_adapter_is_left_out_or_fails_the_piece_as_its_terms_say(
    model: LoadedModel, tmp_path: Any
) -> None:
    engine = TextEngine(model, adapters=tmp_path)
    wish = replace(searched("a"), adapter="0" * 64)
    engine.start(wish)
    engine.start(replace(wish, id="b", terms=replace(wish.terms, when_adapter_is_bad="fail")))
    over: dict[str, Any] = {}
    while engine.stats()["running"]:
        over |= {found.job_id: found for found in engine.step() if not isinstance(found, Grew)}
    assert isinstance(over["b"], Broken)
    assert over["b"].kind == "adapter"
    assert over["a"].adapter is None
    assert "adapter" in over["a"].outputs[0].meta["note"]
    assert engine._network.cache.free == engine._most + 2
