"""Turns for whoever trains beside a host: all of an idle machine, and a tenth of one that people wait for.

Pure. A trainer asks before each turn and works no longer than one; told no, it stands still and asks again. So a piece waits for
at most one turn, and a server that never sleeps still learns something.
"""

from __future__ import annotations

from generation.wire.turns import Turn

TURN_S = (
    2.0  # how long a turn is: what a piece may have to wait for, and long enough that asking costs nothing
)
SHARE = 0.1  # of the time, where somebody always waits


class Turns:
    """Who asked when, by a clock in seconds that never goes back."""

    def __init__(self, now: float) -> None:
        self._last = now

    def ask(self, *, busy: bool, now: float) -> Turn:
        """Whether there is a turn now. `busy`: something is being made, or waits to be."""
        granted = not busy or now - self._last >= TURN_S / SHARE
        if granted:
            self._last = now
        return Turn(granted, TURN_S)
