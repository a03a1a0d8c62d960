"""An engine without a model: the same words for the same seed and theme, at a set pace. For tests of all else."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from generation.forms import FORMS
from generation.host.engine import NO_PICTURES, Cost, Finished, Grew, Output, Progress, RefusedError

if TYPE_CHECKING:
    from generation.wire.jobs import Job

WORDS = (
    "rain",
    "lamp",
    "river",
    "stone",
    "bread",
    "winter",
    "window",
    "letter",
    "moon",
    "salt",
    "door",
    "quiet",
)
CONTEXT, ROOM = 8192, 4


class FakeEngine:
    """One word a step for every job in it; `tokens_per_s` is one job's pace (0: as fast as it goes)."""

    def __init__(self, tokens_per_s: float = 0.0) -> None:
        self._pause_s = 1 / tokens_per_s if tokens_per_s else 0.0
        self._rows: dict[str, tuple[Job, random.Random, list[str]]] = {}

    def cost(self, job: Job) -> Cost:
        if job.brief is None:
            raise RefusedError("invalid", NO_PICTURES)
        if job.brief.form not in FORMS:
            raise RefusedError("invalid", "That form is not known here.")
        cost = Cost(10, job.sampling.max_tokens or FORMS[job.brief.form].tokens[job.brief.length])
        if cost.prompt_tokens + cost.output_tokens > CONTEXT:
            raise RefusedError("too_long", f"That is too long: the model has room for {CONTEXT} tokens.")
        return cost

    def fits(self, job: Job) -> bool:  # noqa: ARG002 - every job is as large as any other here
        return len(self._rows) < ROOM

    def start(self, job: Job) -> None:
        draw = random.Random(f"{job.seed} {job.text_brief.theme}")  # noqa: S311 - no secret
        self._rows[job.id] = (job, draw, [])

    def step(self) -> list[Progress]:
        time.sleep(self._pause_s)
        progress: list[Progress] = []
        for job_id, (job, draw, words) in list(self._rows.items()):
            words.append(draw.choice(WORDS) + ("\n" if len(words) % 6 == 5 else " "))
            text, cost = "".join(words).rstrip(), self.cost(job)
            progress.append(Grew(job_id, 0, text, 1 if len(words) > 1 else 1 + cost.prompt_tokens))
            if len(words) == cost.output_tokens:
                output = Output("text/plain; charset=utf-8", text.encode())
                progress.append(Finished(job_id, (output,), cost.prompt_tokens, len(words), "fake", None))
                del self._rows[job_id]
        return progress

    def cancel(self, job_id: str) -> None:
        self._rows.pop(job_id, None)

    def stats(self) -> dict[str, Any]:
        return {
            "model": "fake",
            "dtype": "none",
            "threads": 0,
            "running": len(self._rows),
            "room": ROOM,
        }
