"""The best of several drafts: made in room that nobody waits for, paid for, and never at the piece's expense."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from generation.forms import form_named
from generation.host import judged
from generation.host.engine import Broken, Cost, Finished, Grew, Output
from generation.host.fake import FakeEngine
from generation.host.picking import AT_ONCE, DRAFTS, LOADING_S, PATIENCE_S, Picking, UnusableHeadError
from generation.wire.jobs import Brief
from tests.generation.contract import EngineContract
from tests.generation.stand import job

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.host.engine import Engine, Progress
    from generation.wire.jobs import Job

HEAD = "ab" * 32


class Liking:
    """A judge that counts a word, at once; or says `error`; or is silent. One that `loads` cannot be asked yet."""

    def __init__(
        self, word: str = "moon", error: Exception | None = None, *, silent: bool = False, loads: bool = False
    ) -> None:
        self.word, self.error, self.silent = word, error, silent
        self.prepared: list[str] = []
        self.loading: Future[None] = Future()
        if not loads:
            self.loading.set_result(None)
        self.asked: list[list[str]] = []

    def prepare(self, digest: str) -> Future[None]:
        self.prepared.append(digest)
        return self.loading

    def scores(self, digest: str, texts: Sequence[str]) -> Future[list[float]]:
        self.asked.append(list(texts))
        found: Future[list[float]] = Future()
        if self.error is not None:
            found.set_exception(self.error)
        elif not self.silent:
            found.set_result([float(text.count(self.word)) for text in texts])
        return found


class Scripted:
    """An engine that finishes what it is told to, with these texts; `room` jobs at once, `choices` as in `Cost`."""

    def __init__(self, room: int = 16, choices: int = 1) -> None:
        self.room, self.choices = room, choices
        self.jobs: dict[str, Job] = {}
        self.news: list[Progress] = []

    def cost(self, job: Job) -> Cost:
        return Cost(10, 20, self.choices)

    def fits(self, job: Job) -> bool:
        return len(self.jobs) < self.room

    def start(self, job: Job) -> None:
        self.jobs[job.id] = job

    def step(self) -> Sequence[Progress]:
        news, self.news = self.news, []
        for found in news:
            if not isinstance(found, Grew):
                del self.jobs[found.job_id]
        return news

    def cancel(self, job_id: str) -> None:
        self.jobs.pop(job_id, None)

    def stats(self) -> dict[str, Any]:
        return {
            "model": "scripted",
            "dtype": "none",
            "threads": 0,
            "running": len(self.jobs),
            "room": self.room,
        }

    def grow(self, *names: str) -> None:
        self.news += [Grew(name, 0, "so far", 11) for name in names]

    def finish(self, name: str, *texts: str) -> None:
        outputs = tuple(Output("text/plain", text.encode()) for text in texts)
        self.news.append(Finished(name, outputs, 10, 5, "scripted", None))

    def break_down(self, name: str) -> None:
        self.news.append(Broken(name, "memory", "There is not enough memory here to make it."))


def tasted(name: str, **wishes: Any) -> Job:
    return replace(job(name, **wishes), head=HEAD)


def under_way(engine: Scripted, picking: Picking, name: str = "a") -> list[str]:
    """Start a job and let its first draft grow; the names of all its drafts."""
    picking.start(tasted(name))
    engine.grow(name)
    picking.step()
    picking.step()
    return [draft for draft in engine.jobs if draft.partition("#")[0] == name]


def only(progress: Sequence[Progress]) -> Finished:
    (found,) = progress
    assert isinstance(found, Finished)
    return found


class TestTheContractWithoutAHead(EngineContract):
    @pytest.fixture
    def engine(self) -> Engine:
        return Picking(FakeEngine(tokens_per_s=200.0), Liking())


class TestTheContractWithAHead(EngineContract):
    """Kept as well when more drafts are made than are asked for; a seed decides as far as the load is the same."""

    DRAFTS = DRAFTS

    @pytest.fixture
    def engine(self) -> Engine:
        return Picking(FakeEngine(tokens_per_s=200.0), Liking())

    @pytest.fixture
    def reproducible(self) -> Engine:
        engine = FakeEngine(tokens_per_s=200.0)
        return Picking(engine, Liking(error=UnusableHeadError("There is no such head.")))

    def job(self, name: str, theme: str = "rain", **wishes: Any) -> Job:
        return tasted(name, theme=theme, **wishes)


def test_an_idle_engine_makes_several_drafts_and_the_best_is_given() -> None:
    engine, judge = Scripted(), Liking()
    picking = Picking(engine, judge)
    drafts = under_way(engine, picking)
    assert len(drafts) == DRAFTS
    assert len({engine.jobs[draft].seed for draft in drafts}) == DRAFTS
    for n, draft in enumerate(drafts):
        engine.finish(draft, f"a line\nof {n}\nunder a {'moon' if n == 2 else 'lamp'}")
        found = picking.step()
    made = only(found)
    assert made.job_id == "a"
    assert made.outputs[0].data.decode().endswith("moon")
    assert made.outputs[0].meta["picked"] == {"of": DRAFTS, "head": HEAD}
    assert made.output_tokens == 5 * DRAFTS
    assert picking.stats()["running"] == picking.stats()["drafts"] == 0


def test_a_search_that_came_to_several_pieces_needs_no_more_drafts() -> None:
    engine = Scripted(choices=4)
    picking = Picking(engine, Liking())
    assert under_way(engine, picking) == ["a"]
    assert picking.cost(tasted("b")).output_tokens == 20
    engine.finish("a", "one\ntwo\nthree", "one\ntwo\nmoon", "one\ntwo\nfour", "one\ntwo\nthree")
    made = only(picking.step())
    assert made.outputs[0].data.decode() == "one\ntwo\nmoon"
    assert made.outputs[0].meta["picked"]["of"] == 3


def test_what_keeps_its_form_is_picked_before_what_is_liked_better() -> None:
    engine = Scripted(choices=4)
    picking = Picking(engine, Liking())
    under_way(engine, picking)
    engine.finish("a", "moon moon moon", "a line\nand another\nand a third", "a lamp\na stone\na moon")
    assert only(picking.step()).outputs[0].data.decode() == "a lamp\na stone\na moon"


def test_of_a_story_that_goes_on_the_best_liked_is_given_whether_or_not_it_were_a_whole_one() -> None:
    (whole, *_) = form_named("short story").examples
    brief = Brief("short story", "rain", length="short", move="continue", source="It rained.")
    for move, given in (("continue", "Under the moon."), ("", whole.text)):
        engine = Scripted(choices=4)
        picking = Picking(engine, Liking())
        picking.start(replace(tasted("a"), brief=replace(brief, move=move)))
        engine.finish("a", whole.text, "Under the moon.")
        assert only(picking.step()).outputs[0].data.decode() == given


def test_a_checker_that_stumbles_leaves_the_choice_to_the_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judged, "verdict", lambda *_: 1 / 0)
    engine = Scripted(choices=4)
    picking = Picking(engine, Liking())
    under_way(engine, picking)
    engine.finish("a", "a line\nand another\nand a third", "moon moon moon")
    assert only(picking.step()).outputs[0].data.decode() == "moon moon moon"


def test_the_queue_is_told_of_as_many_drafts_as_there_would_be_and_charged_for_each_token() -> None:
    engine = Scripted()
    picking = Picking(engine, Liking())
    assert picking.cost(job("plain")).output_tokens == 20
    assert picking.cost(tasted("a")).output_tokens == 20 * DRAFTS
    drafts = under_way(engine, picking)
    engine.grow(*drafts)
    grown = [found for found in picking.step() if isinstance(found, Grew)]
    assert {found.job_id for found in grown} == {"a"}
    assert [found.text for found in grown] == ["so far", "", "", ""]
    assert [found.tokens for found in grown] == [11, 1, 1, 1]  # the prompt was paid for with the first
    engine.grow(drafts[1])
    assert [found.tokens for found in picking.step() if isinstance(found, Grew)] == [11]
    for n in range(AT_ONCE - DRAFTS):
        picking.start(job(f"other{n}"))
    assert picking.cost(tasted("late")).output_tokens == 20


def test_who_waits_takes_the_place_of_second_drafts_the_last_first() -> None:
    engine = Scripted(room=4)
    picking = Picking(engine, Liking())
    drafts = under_way(engine, picking)
    assert len(drafts) == 4
    for n in range(3):
        assert picking.fits(job(f"b{n}"))
        picking.start(job(f"b{n}"))
        assert [draft for draft in engine.jobs if draft in drafts] == drafts[: 3 - n]
    assert not picking.fits(job("b4"))
    engine.finish("a", "as it came\nbut whole\nall the same")
    made = only([found for found in picking.step() if isinstance(found, Finished)])
    assert made.outputs[0].meta["picked"]["of"] == 1


def test_drafts_that_have_not_begun_when_the_first_is_done_never_begin() -> None:
    engine = Scripted(room=1)
    picking = Picking(engine, Liking())
    assert under_way(engine, picking) == ["a"]
    engine.finish("a", "one\ntwo\nthree")
    assert only(picking.step()).job_id == "a"
    assert picking.step() == []
    assert not engine.jobs


@pytest.mark.parametrize("error", [UnusableHeadError("There is no such head."), ZeroDivisionError("x")])
def test_a_head_that_cannot_be_used_costs_its_picking_and_not_the_piece(error: Exception) -> None:
    engine = Scripted(choices=4)
    picking = Picking(engine, Liking(error=error))
    under_way(engine, picking)
    engine.finish("a", "one\ntwo\nthree", "four\nfive\nsix")
    meta = only(picking.step()).outputs[0].meta
    assert "picked" not in meta
    assert meta.get("note", "").endswith("There is no such head.") is isinstance(error, UnusableHeadError)


def test_a_judge_that_says_nothing_is_not_waited_for_long() -> None:
    now = [100.0]
    engine = Scripted(choices=4)
    picking = Picking(engine, Liking(silent=True), clock=lambda: now[0])
    under_way(engine, picking)
    engine.finish("a", "one\ntwo\nthree", "four\nfive\nsix")
    assert picking.step() == []
    now[0] += PATIENCE_S
    made = only(picking.step())
    assert made.outputs[0].data.decode() == "one\ntwo\nthree"
    assert "picked" not in made.outputs[0].meta


def test_a_judge_that_is_still_loading_is_waited_for_and_then_for_as_long_as_any() -> None:
    now = [100.0]
    engine, judge = Scripted(choices=4), Liking(silent=True, loads=True)
    picking = Picking(engine, judge, clock=lambda: now[0])
    under_way(engine, picking)
    engine.finish("a", "one\ntwo\nthree", "four\nfive\nsix")
    for _ in range(4):
        assert picking.step() == []
        now[0] += PATIENCE_S
    judge.loading.set_result(None)
    assert picking.step() == []
    now[0] += PATIENCE_S / 2
    assert picking.step() == []
    now[0] += PATIENCE_S
    assert "picked" not in only(picking.step()).outputs[0].meta


def test_a_judge_that_does_not_come_to_be_loaded_is_given_up() -> None:
    now = [100.0]
    engine = Scripted(choices=4)
    picking = Picking(engine, Liking(silent=True, loads=True), clock=lambda: now[0])
    under_way(engine, picking)
    engine.finish("a", "one\ntwo\nthree", "four\nfive\nsix")
    assert picking.step() == []
    now[0] += LOADING_S
    assert "picked" not in only(picking.step()).outputs[0].meta


def test_a_draft_that_breaks_leaves_the_others_to_choose_from() -> None:
    engine = Scripted()
    picking = Picking(engine, Liking())
    first, *rest = under_way(engine, picking)
    engine.break_down(first)
    assert picking.step() == []
    for draft in rest:
        engine.finish(draft, f"one\ntwo\n{draft}")
    made = only(picking.step())
    assert made.job_id == "a"
    assert made.outputs[0].meta["picked"]["of"] == len(rest)


def test_a_job_whose_every_draft_breaks_says_what_broke_the_first() -> None:
    engine = Scripted()
    picking = Picking(engine, Liking())
    for draft in under_way(engine, picking):
        engine.break_down(draft)
    (broken,) = picking.step()
    assert broken == Broken("a", "memory", "There is not enough memory here to make it.")


@pytest.mark.parametrize("at", ["writing", "judging"])
def test_a_job_that_is_called_off_takes_all_its_drafts_along(at: str) -> None:
    engine = Scripted()
    picking = Picking(engine, Liking(silent=True))
    drafts = under_way(engine, picking)
    if at == "judging":
        for draft in drafts:
            engine.finish(draft, f"one\ntwo\n{draft}")
        assert picking.step() == []
    picking.cancel("a")
    assert not engine.jobs
    assert picking.stats()["running"] == 0
    assert picking.step() == []


def test_samples_that_were_asked_for_are_all_given() -> None:
    engine = Scripted()
    picking = Picking(engine, judge := Liking())
    wish = tasted("a")
    picking.start(replace(wish, sampling=replace(wish.sampling, n=4)))
    engine.finish("a", "one", "two", "three", "four")
    assert len(only(picking.step()).outputs) == 4
    assert not judge.asked
