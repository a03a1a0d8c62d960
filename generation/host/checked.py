"""No text leaves a host that is not to be shown (`generation.safety`): what has such words in it is made anew.

`Checked` is an engine over an engine of texts. A piece that may not be shown is drawn again with another seed, which follows from the
job's, so that a job comes to the same piece whenever it is made; of several pieces of one job those that may be shown are enough.
Every token of it is charged to the job. What will not come right fails with a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import structlog

from generation.host.engine import Broken, Grew
from generation.host.stumble import broken
from generation.safety import unfit
from generation.wire.jobs import SEEDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.host.engine import Cost, Engine, Progress
    from generation.wire.jobs import Job

REDRAWS = 2
APART = 15_485_863  # between the seeds of one job's draws
SENTENCE = "What came of it is not to be shown here; ask again, or for something else."

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Draw:
    """A job under way: `number` counts its redraws, `spent` the output tokens of what was thrown away, whose prompt had
    `prompt_tokens`. `grown`: the prompt of this draw has been read.
    """

    job: Job
    number: int = 0
    prompt_tokens: int = 0
    spent: int = 0
    grown: bool = False

    @property
    def now(self) -> Job:
        """What the engine below has of it."""
        if not self.number:
            return self.job
        seed = (self.job.seed + APART * self.number) % SEEDS
        return replace(self.job, id=f"{self.job.id}~{self.number}", seed=seed)


class Checked:
    """`host.engine.Engine` over an engine of texts. Previews pass through it: the loop looks at those that it tells."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._draws: dict[str, _Draw] = {}  # by the id that the engine below knows
        self._again: list[_Draw] = []  # to be drawn again, once there is room

    def cost(self, job: Job) -> Cost:
        return self._engine.cost(job)

    def fits(self, job: Job) -> bool:
        """Whether there is room; what is to be drawn again comes first."""
        return not self._again and self._engine.fits(job)

    def start(self, job: Job) -> None:
        self._engine.start(job)
        self._draws[job.id] = _Draw(job)

    def step(self) -> Sequence[Progress]:
        """Step the engine, if it has work, and begin what is to be drawn again, where there is room."""
        progress = self._begin_again()
        if self._draws:
            for found in self._engine.step():
                progress += self._heard(found)
            progress += self._begin_again()  # in the room that it has just left
        return progress

    def cancel(self, job_id: str) -> None:
        self._again = [draw for draw in self._again if draw.job.id != job_id]
        for name in [name for name, draw in self._draws.items() if draw.job.id == job_id]:
            del self._draws[name]
            if name != job_id:
                self._engine.cancel(name)
        self._engine.cancel(job_id)  # also one whose start stumbled, which we do not know

    def stats(self) -> dict[str, Any]:
        """The engine's, with those among the `running` that wait to be drawn again."""
        told = self._engine.stats()
        return {**told, "running": told["running"] + len(self._again)}

    def _begin_again(self) -> list[Progress]:
        failed: list[Progress] = []
        while self._again and self._engine.fits(self._again[0].now):
            draw = self._again.pop(0)
            try:
                self._engine.start(draw.now)
            except Exception as error:  # noqa: BLE001 - one job's failure is not the others' end
                self._engine.cancel(draw.now.id)
                failed.append(broken(error, draw.job.id, draw.job.id))
            else:
                self._draws[draw.now.id] = draw
        return failed

    def _heard(self, found: Progress) -> list[Progress]:
        draw = self._draws.get(found.job_id)
        if draw is None:
            return [found]
        if isinstance(found, Grew):
            tokens = found.tokens
            if draw.number and not draw.grown:  # the prompt was paid for with the first draw
                tokens = max(0, tokens - draw.prompt_tokens)
            draw.grown = True
            return [replace(found, job_id=draw.job.id, tokens=tokens)]
        del self._draws[found.job_id]
        if isinstance(found, Broken):
            return [replace(found, job_id=draw.job.id)]
        fit = tuple(
            output for output in found.outputs if unfit(output.data.decode("utf-8", errors="replace")) is None
        )
        if fit:
            tokens = found.output_tokens + draw.spent
            return [replace(found, job_id=draw.job.id, outputs=fit, output_tokens=tokens)]
        log.info("drawn_again", job=draw.job.id, form=draw.job.form, times=draw.number)
        if draw.number == REDRAWS:
            return [Broken(draw.job.id, "unsafe", SENTENCE)]
        spent = draw.spent + found.output_tokens
        self._again.append(_Draw(draw.job, draw.number + 1, found.prompt_tokens, spent))
        return []
