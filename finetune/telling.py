"""How far a training is, for whoever waits: lines of JSON for a program, a bar for people."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any, Literal

from tqdm import tqdm

if TYPE_CHECKING:
    from collections.abc import Callable

Phase = Literal["samples", "pairs", "train", "gates"]
# seconds that each took where it was measured (docs/training.md); only their proportions count
USUAL: dict[Phase, float] = {"samples": 300.0, "pairs": 50.0, "train": 150.0, "gates": 180.0}
EVERY_S = 1.0  # between two lines of one phase


def eta_s(phase: Phase, done: float, spent_s: float) -> float | None:
    """Seconds until all phases are over, where `done` of this one, in [0, 1], took `spent_s`; None: nobody knows yet.

    Later phases take their usual time, by how fast this one is.
    """
    if done <= 0 or spent_s <= 0:
        return None
    whole = spent_s / done
    phases = list(USUAL)
    later = sum(USUAL[name] for name in phases[phases.index(phase) + 1 :])
    return whole - spent_s + later * whole / USUAL[phase]


class Telling:
    """Tells of one phase after another. What was done before a run was killed does not count into its speed."""

    def __init__(self, how: Literal["json", "bar"], clock: Callable[[], float] = time.monotonic) -> None:
        self._how, self._clock = how, clock
        self._phase: Phase | None = None
        self._bar: tqdm[Any] | None = None
        self._began = self._told = 0.0
        self._from = 0

    def __call__(self, phase: Phase, step: int, of: int, loss: float | None = None) -> None:
        """`step` of `of` are done."""
        now = self._clock()
        if phase != self._phase:
            self.close()
            self._phase, self._began, self._from, self._told = phase, now, step, -EVERY_S
            if self._how == "bar":
                self._bar = tqdm(total=of, initial=step, desc=phase, mininterval=2)
        if self._bar is not None:
            self._bar.update(step - self._bar.n)
            if loss is not None:
                self._bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
        elif self._how == "json" and (now - self._told >= EVERY_S or step >= of):
            self._told = now
            left = eta_s(phase, (step - self._from) / max(of - self._from, 1), now - self._began)
            line = {
                "phase": phase, "step": step, "of": of, "loss": None if loss is None else round(loss, 4),
                "eta_s": None if left is None else round(left),
            }  # fmt: skip
            print(json.dumps(line), file=sys.stdout, flush=True)  # noqa: T201 - what it is for

    def close(self) -> None:
        """No more of this phase."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        self._phase = None
