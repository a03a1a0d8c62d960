"""Texts and pictures from one host: two engines behind one seam, stepped by turns.

A job goes to the engine of its kind. While both have work, the one that took less time since then is stepped, so that
each gets half of it; but a text waits for `PATIENCE` steps of the pictures at most, however long its own last one was (the
first of a long text is), and what it still owes then is let go. That is why a step of the picture engine is short. While
only one has work, it has all the time. Where an engine stumbles, only its own jobs fail.

The time of a step is what it keeps the other from working, be it work or not: an engine whose work is done elsewhere
(`remote`, `cluster`) waits in its steps for news, and is charged for that.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import structlog

from generation.host.engine import Broken, Grew, RefusedError
from generation.host.stumble import stumbled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from generation.host.engine import Cost, Engine, Progress
    from generation.wire.jobs import Job, Kind

PATIENCE = 2  # steps: one would leave the pictures less than half, beside texts whose steps are longer

log = structlog.get_logger(__name__)


class NoPictures:
    """The engine of a host that makes none: every job is refused with the sentence that says why."""

    def __init__(self, sentence: str) -> None:
        self._sentence = sentence

    def cost(self, job: Job) -> Cost:  # noqa: ARG002 - whatever it is
        raise RefusedError("invalid", self._sentence)

    def fits(self, job: Job) -> bool:  # noqa: ARG002
        return False

    def start(self, job: Job) -> None:
        raise AssertionError(job.id)

    def step(self) -> Sequence[Progress]:
        return ()

    def cancel(self, job_id: str) -> None:
        pass

    def stats(self) -> dict[str, Any]:
        return {"model": None, "running": 0, "room": 0, "why": self._sentence}


class Both:
    """`host.engine.Engine` over the engine of texts and that of pictures."""

    def __init__(
        self, text: Engine, pictures: Engine, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`clock` tells seconds."""
        self._engines: dict[Kind, Engine] = {"text": text, "picture": pictures}
        self._jobs: dict[Kind, dict[str, None]] = {kind: {} for kind in self._engines}
        self._used_s: dict[Kind, float] = dict.fromkeys(self._engines, 0.0)
        self._text_waited = 0  # steps of the pictures, in a row
        self._clock = clock

    def cost(self, job: Job) -> Cost:
        return self._engines[job.kind].cost(job)

    def fits(self, job: Job) -> bool:
        return self._engines[job.kind].fits(job)

    def start(self, job: Job) -> None:
        self._jobs[job.kind][job.id] = None
        self._engines[job.kind].start(job)

    def step(self) -> Sequence[Progress]:
        """Step the engine whose turn it is. The other's jobs wait for it."""
        working = [kind for kind, jobs in self._jobs.items() if jobs]
        if not working:
            return ()
        if len(working) == 1:  # time that nobody else wanted is not held against anyone
            self._used_s, self._text_waited = dict.fromkeys(self._engines, 0.0), 0
        elif self._text_waited == PATIENCE:
            self._used_s["text"] = min(self._used_s.values())
        kind = min(working, key=self._used_s.__getitem__)  # of equals the text
        self._text_waited = self._text_waited + 1 if kind == "picture" else 0
        began = self._clock()
        try:
            progress = self._engines[kind].step()
        except Exception as error:  # noqa: BLE001 - an engine's fault is no end to the other's jobs
            progress = self._broken(kind, error)
        self._used_s[kind] += self._clock() - began
        for found in progress:
            if not isinstance(found, Grew):
                self._jobs[kind].pop(found.job_id, None)
        return progress

    def cancel(self, job_id: str) -> None:
        for kind, jobs in self._jobs.items():
            if job_id in jobs:
                del jobs[job_id]
                self._engines[kind].cancel(job_id)

    def stats(self) -> dict[str, Any]:
        """The text engine's, `running` jobs of both kinds, and as `pictures` the picture engine's."""
        text, pictures = (self._engines[kind].stats() for kind in ("text", "picture"))
        return {**text, "running": text["running"] + pictures["running"], "pictures": pictures}

    def _broken(self, kind: Kind, error: Exception) -> Sequence[Progress]:
        names = list(self._jobs[kind])
        failure, sentence = stumbled(error, names, "step_failed")
        for name in names:
            try:
                self._engines[kind].cancel(name)
            except Exception:  # an engine that cannot even drop a job
                log.exception("cancel_failed", job=name)
        return [Broken(name, failure, sentence) for name in names]
