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
# about the seconds that each takes on two cores (docs/training.md, "Minutes"); only their proportions count
USUAL: dict[Phase, float] = {"samples": 225.0, "pairs": 6.0, "train": 220.0, "gates": 250.0}
EVERY_S = 1.0  # between two lines of one phase


def eta_s(phase: Phase, done: float, usual_s: float, spent_s: float) -> float | None:
    """Seconds until all phases are over, of which this one is `done`, in [0, 1]; None: nobody knows yet.

    What is left takes its usual time by how fast it was so far: what usually takes `usual_s` took `spent_s`. A phase of seconds
    says little about one of minutes, so all that was done counts.
    """
    if usual_s <= 0 or spent_s <= 0:
        return None
    phases = list(USUAL)
    left = USUAL[phase] * (1 - done) + sum(USUAL[name] for name in phases[phases.index(phase) + 1 :])
    return left * spent_s / usual_s


class Telling:
    """Tells of one phase after another. What was done before a run was killed does not count into its speed."""

    def __init__(self, how: Literal["json", "bar"], clock: Callable[[], float] = time.monotonic) -> None:
        self._how, self._clock = how, clock
        self._phase: Phase | None = None
        self._bar: tqdm[Any] | None = None
        self._began: float | None = None
        self._told = 0.0
        self._from: int | None = None  # where this life took the phase up
        self._done = 0.0
        self._usual_s = 0.0  # of the phases before this one, as far as they were done here

    def __call__(self, phase: Phase, step: int, of: int, loss: float | None = None) -> None:
        """`step` of `of` are done."""
        now = self._clock()
        if phase != self._phase:
            if self._phase is not None:
                self._usual_s += USUAL[self._phase] * self._done
            self.close()
            self._phase, self._from, self._done, self._told = phase, None, 0.0, -EVERY_S
            self._began = now if self._began is None else self._began
        if of > 0 and self._from is None:  # before that nobody knows how much of it there is
            self._from = step
            if self._how == "bar":
                self._bar = tqdm(total=of, initial=step, desc=phase, mininterval=2)
        if self._from is not None:
            self._done = min((step - self._from) / of, 1.0) if of > 0 else self._done
        if self._bar is not None:
            self._bar.update(step - self._bar.n)
            if loss is not None:
                self._bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
        elif self._how == "json" and (now - self._told >= EVERY_S or step >= of):
            self._told = now
            usual_s = self._usual_s + USUAL[phase] * self._done
            left = eta_s(phase, min(step / max(of, 1), 1.0), usual_s, now - (self._began or 0.0))
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
