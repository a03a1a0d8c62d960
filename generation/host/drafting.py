"""Several pieces for one wish, for whoever asked to pick from.

`Drafting` is an engine over an engine of texts. Of a job that wants `drafts` it has so many jobs made, each whole and with a seed of
its own that follows from the job's, and gives their pieces together, in the order of their seeds and each once. No head picks among
them: that is what is asked of the member. They begin as there is room, the first at once; every token is charged to the job.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import structlog

from generation.host.engine import Finished, Grew
from generation.host.stumble import broken
from generation.wire.jobs import SEEDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.host.engine import Broken, Cost, Engine, Output, Progress
    from generation.wire.jobs import Job

APART = 32_452_843  # between the seeds of one job's drafts

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Wish:
    """A job whose drafts are made: `waiting` have not begun, `running` are those that have, by id. `done` and `broken` go by draft."""

    job: Job
    prompt_tokens: int
    waiting: list[Job]
    running: dict[str, int] = field(default_factory=dict)
    grown: set[str] = field(default_factory=set)
    done: dict[int, Finished] = field(default_factory=dict)
    broken: dict[int, Broken] = field(default_factory=dict)


class Drafting:
    """`host.engine.Engine` over an engine of texts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._wishes: dict[str, _Wish] = {}
        self._of: dict[str, _Wish] = {}  # by the id of a draft
        self._others: set[str] = set()  # jobs that want one piece

    def cost(self, job: Job) -> Cost:
        cost = self._engine.cost(_drafts(job)[0])
        return replace(cost, output_tokens=cost.output_tokens * job.drafts)

    def fits(self, job: Job) -> bool:
        """Whether there is room for a first draft; those of jobs that have begun come first."""
        if any(wish.waiting for wish in self._wishes.values()):
            return False
        return self._engine.fits(_drafts(job)[0])

    def start(self, job: Job) -> None:
        first, *more = _drafts(job)
        if not more:
            self._engine.start(first)
            self._others.add(job.id)
            return
        wish = _Wish(job, self._engine.cost(first).prompt_tokens, more)
        try:
            self._engine.start(first)
        except Exception:
            self._engine.cancel(first.id)  # as far as it had begun: it has another name than the job
            raise
        self._wishes[job.id] = self._of[first.id] = wish
        wish.running[first.id] = 0

    def step(self) -> Sequence[Progress]:
        """Begin drafts where there is room, and step the engine, if it has work."""
        progress = self._begin_more()
        if self._of or self._others:
            for found in self._engine.step():
                progress += self._heard(found)
        return progress

    def cancel(self, job_id: str) -> None:
        wish = self._wishes.pop(job_id, None)
        if wish is None:
            self._others.discard(job_id)
            self._engine.cancel(job_id)
            return
        for draft in wish.running:
            del self._of[draft]
            self._engine.cancel(draft)

    def stats(self) -> dict[str, Any]:
        """The engine's, with the jobs that are `running`."""
        return {**self._engine.stats(), "running": len(self._wishes) + len(self._others)}

    def _begin_more(self) -> list[Progress]:
        progress: list[Progress] = []
        for wish in list(self._wishes.values()):
            while wish.waiting and self._engine.fits(wish.waiting[0]):
                draft = wish.waiting.pop(0)
                number = wish.job.drafts - len(wish.waiting) - 1
                try:
                    self._engine.start(draft)
                except Exception as error:  # noqa: BLE001 - a draft's failure is not the others' end
                    self._engine.cancel(draft.id)
                    wish.broken[number] = broken(error, wish.job.id, draft.id)
                    progress += self._ended(wish)
                else:
                    self._of[draft.id] = wish
                    wish.running[draft.id] = number
        return progress

    def _heard(self, found: Progress) -> list[Progress]:
        wish = self._of.get(found.job_id)
        if wish is None:
            if not isinstance(found, Grew):
                self._others.discard(found.job_id)
            return [found]
        if isinstance(found, Grew):
            return [self._grew(wish, found)]
        del self._of[found.job_id]
        number = wish.running.pop(found.job_id)
        if isinstance(found, Finished):
            wish.done[number] = found
        else:
            wish.broken[number] = found
        return self._ended(wish)

    def _grew(self, wish: _Wish, found: Grew) -> Grew:
        """The first draft is what is watched; of the others, what they cost. The prompt is paid for by whichever grows first."""
        number, begins = wish.running[found.job_id], found.job_id not in wish.grown
        tokens = max(0, found.tokens - wish.prompt_tokens) if begins and wish.grown else found.tokens
        wish.grown.add(found.job_id)
        return Grew(wish.job.id, number, found.text if number == 0 else "", tokens)

    def _ended(self, wish: _Wish) -> list[Progress]:
        if wish.running or wish.waiting:
            return []
        del self._wishes[wish.job.id]
        if not wish.done:
            return [replace(wish.broken[min(wish.broken)], job_id=wish.job.id)]
        for lost in wish.broken.values():
            log.info("draft_broke", job=wish.job.id, kind=lost.kind)
        made = [wish.done[number] for number in sorted(wish.done)]
        outputs: dict[bytes, Output] = {}
        for one in made:
            outputs.setdefault(one.outputs[0].data, one.outputs[0])
        tokens = sum(one.output_tokens for one in made)
        return [replace(made[0], job_id=wish.job.id, outputs=tuple(outputs.values()), output_tokens=tokens)]


def _drafts(job: Job) -> list[Job]:
    """The jobs that a job is made as: itself, where it wants one piece."""
    if job.drafts == 1:
        return [job]
    return [
        replace(job, id=f"{job.id}.{n}", seed=(job.seed + APART * n) % SEEDS, drafts=1, head=None)
        for n in range(job.drafts)
    ]
