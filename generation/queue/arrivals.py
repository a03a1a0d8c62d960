"""How often somebody comes who had nothing waiting: an estimate that forgets. Times are Unix seconds.

Many who come at one moment (a crowd after an event, one who asks for twenty) say little of those who will come later.
So moments are counted in which anybody came, and what Poisson's stream would fill as many of them is the answer;
heads are counted beside it, for streams that fill every moment.
"""

from __future__ import annotations

import math

MEMORY_S = 90.0
MOMENT_S = 1.0
LEAST = 0.2  # share of its memory that a watch counts for, however young
CROWDED = 0.95  # share of filled moments from which they tell nothing any more


class Arrivals:
    """Counts in which an arrival weighs exp(-age / MEMORY_S). The first one only begins the watch."""

    def __init__(self) -> None:
        self._heads = 0.0
        self._moments = 0.0
        self._last = self._since = -math.inf

    def came(self, at: float, counts: float = 1.0) -> None:
        """Somebody came, who counts for so many. One who is told late counts as if at the last moment."""
        if self._since == -math.inf:
            self._since = self._last = at
            return
        if at > self._last:
            kept = math.exp((self._last - at) / MEMORY_S)
            self._heads *= kept
            self._moments = self._moments * kept + counts * (at // MOMENT_S > self._last // MOMENT_S)
            self._last = at
        self._heads += counts

    def per_s(self, now: float) -> float:
        """How many come in a second."""
        kept = math.exp(-max(0.0, now - self._last) / MEMORY_S)
        watched_s = MEMORY_S * max(LEAST, 1.0 - math.exp(-max(0.0, now - self._since) / MEMORY_S))
        heads = self._heads * kept / watched_s
        filled = self._moments * kept * MOMENT_S / watched_s
        return heads if filled > CROWDED else min(heads, -math.log(1.0 - filled) / MOMENT_S)
