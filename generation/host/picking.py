"""The best of several drafts, by a head (`generation.taste`): a server feels its votes before anything is trained.

`Picking` is an engine over an engine of texts. Of a job that names a head it has more drafts made than one, and gives the one
that the head scores best, of those that keep their form. How many is a matter of load:

- a search comes to several pieces by itself; they cost nothing more (`Cost.choices`);
- more drafts are begun beside the first one only where there is room that nobody waits for, and no more than `AT_ONCE` of all
  jobs' together; who waits and does not fit takes the place of the last of them;
- so it is `DRAFTS` to choose from while the host is idle, and one while the line is long.

The queue is told of them: what a job is expected to cost counts as many drafts as it would get now, and every token of theirs
is charged to it. A head that cannot be used, or takes too long, costs its picking and never the piece.
"""

from __future__ import annotations

import math
import time
from concurrent.futures import wait
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from generation.host.engine import Broken, Cost, Finished, Grew, RefusedError
from generation.host.judged import verdict_on
from generation.wire.jobs import SEEDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from generation.host.engine import Engine, Output, Progress
    from generation.wire.jobs import Job

DRAFTS = 4  # to choose from
AT_ONCE = 8  # drafts of all jobs together, from which on no second ones are begun
PATIENCE_S = 3.0  # for the word of a head that can be asked
LOADING_S = 30.0  # for a head that cannot be asked yet, as after a start
WAIT_S = 0.01
APART = 104_729  # between the seeds of one job's drafts

log = structlog.get_logger(__name__)


class UnusableHeadError(Exception):
    """A head that cannot be used; the message is one sentence that may be shown to anybody."""


class Judge(Protocol):
    """Scores texts by heads, somewhere else (`generation.host.tasting`)."""

    def prepare(self, digest: str) -> Future[Any]:
        """That head will be wanted soon. Done, with whatever result, once it can be asked or never can."""

    def scores(self, digest: str, texts: Sequence[str]) -> Future[list[float]]:
        """What the head says of each text, higher is better liked; or UnusableHeadError."""


@dataclass(slots=True, eq=False)
class _Wish:
    """A job whose drafts are made. `more` have not begun; `running` are the ids of those that are made, the last begun last.

    `loading` is there until the judge can be asked; `since` is when the waiting for its word began.
    """

    job: Job
    prompt_tokens: int
    loading: Future[Any] | None
    more: list[Job]
    running: dict[str, None]
    grown: set[str] = field(default_factory=set)
    done: list[Finished] = field(default_factory=list)
    broken: Broken | None = None
    choices: list[tuple[Output, Finished]] = field(default_factory=list)
    judging: Future[list[float]] | None = None
    since: float = 0.0


class Picking:
    """`host.engine.Engine` over an engine of texts, and who judges what it makes."""

    def __init__(self, engine: Engine, judge: Judge, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` tells seconds."""
        self._engine, self._judge, self._clock = engine, judge, clock
        self._wishes: dict[str, _Wish] = {}
        self._of: dict[str, _Wish] = {}  # by the id of a draft
        self._others: set[str] = set()  # jobs that name no head

    def cost(self, job: Job) -> Cost:
        cost = self._engine.cost(job)
        if not _picks(job):
            return cost
        return replace(cost, output_tokens=cost.output_tokens * (1 + self._more(cost)))

    def fits(self, job: Job) -> bool:
        """Whether there is room, if need be in the place of second drafts, which are given up for it."""
        while not self._engine.fits(job):
            wish = next((wish for wish in reversed(self._wishes.values()) if len(wish.running) > 1), None)
            if wish is None:
                return False
            draft = next(reversed(wish.running))
            self._give_up(wish, draft)
        return True

    def start(self, job: Job) -> None:
        self._engine.start(job)
        if not _picks(job):
            self._others.add(job.id)
            return
        assert job.head is not None
        loading = self._judge.prepare(job.head)
        cost = self._engine.cost(job)
        more = [
            replace(job, id=f"{job.id}#{n}", seed=(job.seed + APART * n) % SEEDS)
            for n in range(1, 1 + self._more(cost))
        ]
        wish = self._wishes[job.id] = _Wish(job, cost.prompt_tokens, loading, more, {job.id: None})
        self._of[job.id] = wish

    def step(self) -> Sequence[Progress]:
        """Step the engine, if it has work, and see whose drafts have been judged."""
        self._begin_more()
        progress: list[Progress] = []
        if self._of or self._others:
            for found in self._engine.step():
                progress += self._heard(found)
        judged = [wish for wish in self._wishes.values() if wish.judging is not None]
        progress += [made for wish in judged if (made := self._settled(wish)) is not None]
        if not progress and not self._of and not self._others:
            wait([wish.judging for wish in judged if wish.judging is not None], WAIT_S)
        return progress

    def cancel(self, job_id: str) -> None:
        wish = self._wishes.pop(job_id, None)
        if wish is None:
            self._others.discard(job_id)
            self._engine.cancel(job_id)
            return
        for draft in list(wish.running):
            self._give_up(wish, draft)

    def stats(self) -> dict[str, Any]:
        """The engine's, with the jobs that are `running`, and the `drafts` that are."""
        running = len(self._wishes) + len(self._others)
        return {**self._engine.stats(), "running": running, "drafts": len(self._of) + len(self._others)}

    def _more(self, cost: Cost) -> int:
        """How many drafts beside the first a job would get now that costs so much."""
        room = AT_ONCE - 1 - len(self._of) - len(self._others)
        return max(0, min(math.ceil(DRAFTS / cost.choices) - 1, room))

    def _begin_more(self) -> None:
        """Begin second drafts of those whose first is under way, so that the prompt has been read, where there is room."""
        for wish in list(self._wishes.values()):
            while wish.more and wish.grown and len(self._of) + len(self._others) < AT_ONCE:
                if not self._engine.fits(wish.more[0]):
                    return
                draft = wish.more.pop(0)
                try:
                    self._engine.start(draft)
                except RefusedError:
                    wish.more.clear()
                    break
                self._of[draft.id] = wish
                wish.running[draft.id] = None

    def _heard(self, found: Progress) -> list[Progress]:
        wish = self._of.get(found.job_id)
        if wish is None:
            if not isinstance(found, Grew):
                self._others.discard(found.job_id)
            return [found]
        first = found.job_id == wish.job.id
        if isinstance(found, Grew):
            begins = found.job_id not in wish.grown
            wish.grown.add(found.job_id)
            if first:
                return [found]
            # the prompt is paid for with the first draft
            tokens = max(0, found.tokens - wish.prompt_tokens) if begins else found.tokens
            return [Grew(wish.job.id, 0, "", tokens)]
        del wish.running[found.job_id], self._of[found.job_id]
        wish.more.clear()  # one is there, and is not kept waiting for drafts that have not begun
        if isinstance(found, Finished):
            wish.done.append(found)
        elif first:
            wish.broken = found
        if not wish.running:
            return self._ended(wish)
        return []

    def _ended(self, wish: _Wish) -> list[Progress]:
        """All drafts are there: ask the judge, where there is a choice."""
        if not wish.done:
            del self._wishes[wish.job.id]
            return [wish.broken or Broken(wish.job.id, "engine", "It could not be made.")]
        wish.choices = _choices(wish.job, wish.done)
        if len(wish.choices) == 1:
            return [self._made(wish, 0, {"picked": {"of": 1, "head": wish.job.head}})]
        assert wish.job.head is not None
        wish.judging = self._judge.scores(wish.job.head, [_text(output) for output, _ in wish.choices])
        wish.since = self._clock()
        return []

    def _settled(self, wish: _Wish) -> Finished | None:
        """The best of a wish's drafts, once the judge has spoken, or too late."""
        assert wish.judging is not None
        if not wish.judging.done():
            patience = self._patience(wish)
            if self._clock() - wish.since < patience:
                return None
            wish.judging.cancel()
            log.warning("not_picked_in_time", job=wish.job.id, head=wish.job.head)
            return self._made(wish, 0, {})
        error = wish.judging.exception()
        if error is not None:
            ours = not isinstance(error, UnusableHeadError)
            log.warning(
                "not_picked",
                job=wish.job.id,
                head=wish.job.head,
                exc_info=error if ours else None,
                reason=str(error),
            )
            return self._made(wish, 0, {} if ours else {"note": f"Its taste cannot be used. {error}"})
        scores = wish.judging.result()
        best = max(range(len(scores)), key=scores.__getitem__)
        return self._made(wish, best, {"picked": {"of": len(scores), "head": wish.job.head}})

    def _patience(self, wish: _Wish) -> float:
        """How many seconds from `wish.since` it waits for the judge's word, which begin anew once that can be asked."""
        if wish.loading is not None and wish.loading.done():
            wish.loading, wish.since = None, self._clock()
        return PATIENCE_S if wish.loading is None else LOADING_S

    def _made(self, wish: _Wish, best: int, told: dict[str, Any]) -> Finished:
        del self._wishes[wish.job.id]
        output, of = wish.choices[best]
        if "note" in told and "note" in output.meta:
            told = {**told, "note": f"{output.meta['note']} {told['note']}"}
        return Finished(
            wish.job.id, (replace(output, meta={**output.meta, **told}),), wish.prompt_tokens,
            sum(found.output_tokens for found in wish.done), of.model, of.adapter,
        )  # fmt: skip

    def _give_up(self, wish: _Wish, draft: str) -> None:
        wish.more.clear()
        del wish.running[draft], self._of[draft]
        self._engine.cancel(draft)


def _picks(job: Job) -> bool:
    """Whether there is anything to pick: who wants several samples wants all of them."""
    return job.head is not None and job.sampling.n == 1


def _choices(job: Job, done: Sequence[Finished]) -> list[tuple[Output, Finished]]:
    """The different texts to choose from, the one first that would be taken without a choice: those that keep their form,
    or all where none does, or nothing is said of it.
    """
    found: dict[str, tuple[Output, Finished]] = {}
    for one in sorted(done, key=lambda finished: finished.job_id != job.id):
        for output in one.outputs:
            found.setdefault(_text(output), (output, one))
    choices = list(found.values())
    verdicts = [verdict_on(job, output) for output, _ in choices]
    kept = [pair for pair, said in zip(choices, verdicts, strict=True) if said is not None and said.kept]
    return kept or choices


def _text(output: Output) -> str:
    return output.data.decode("utf-8", errors="replace")
