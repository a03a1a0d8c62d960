"""How often somebody comes who had nothing waiting: an estimate that forgets. Times are Unix seconds, in any order."""

from __future__ import annotations

import math

MEMORY_S = 60.0


class Arrivals:
    """A count in which an arrival weighs exp(-age / MEMORY_S)."""

    def __init__(self) -> None:
        self._count = 0.0
        self._last = -math.inf

    def came(self, at: float) -> None:
        self._count = self._at(at) + 1.0 if at >= self._last else self._count + _kept(self._last - at)
        self._last = max(self._last, at)

    def per_s(self, now: float) -> float:
        """How many come in a second. One arrival alone is no rate yet."""
        return max(0.0, self._at(now) - 1.0) / MEMORY_S

    def _at(self, now: float) -> float:
        return self._count * _kept(now - self._last)


def _kept(age_s: float) -> float:
    return math.exp(-max(0.0, age_s) / MEMORY_S)
