"""How fast the engine is, as a function of how many rows it runs: what is measured, and slowly forgotten.

Speeds are kept by the number of rows. What is not known is reckoned from the nearest that are: a step with more rows
takes longer, but far less than in proportion, because it reads the same weights once.
"""

from __future__ import annotations

KEPT_A_SECOND = 0.95  # of what was measured, by a second of work: half of it comes from the last 14 s
NEAR = 0.25  # what a measurement at one row more or fewer weighs
GROWTH = 0.1  # how much longer a step takes with twice the rows, until that is measured
LEAST = 1e-9  # weight below which nothing is known


class Pace:
    """Output tokens a second, all rows together."""

    def __init__(self, guess: float) -> None:
        """`guess` is one row's speed alone, and holds until there is a measurement."""
        self._guess = guess
        self._measured: dict[int, tuple[float, float]] = {}  # rows -> tokens, seconds, as far as remembered

    def measured(self, rows: int, tokens: float, seconds: float) -> None:
        """With `rows` at once, `tokens` were made in `seconds` (both > 0) of work."""
        kept = KEPT_A_SECOND**seconds
        self._measured = {
            known: (kept * made, kept * took)
            for known, (made, took) in self._measured.items()
            if kept * took > LEAST
        }
        made, took = self._measured.get(rows, (0.0, 0.0))
        self._measured[rows] = made + tokens, took + seconds

    def per_s(self, rows: int) -> float:
        """The speed with `rows` at once."""
        if not self._measured:
            return self._guess * _gain(1, rows)
        nearest = min(abs(rows - known) for known in self._measured)
        tokens = seconds = 0.0
        for known, (made, took) in self._measured.items():
            weight = NEAR ** (abs(rows - known) - nearest)
            tokens += weight * made * _gain(known, rows)
            seconds += weight * took
        return tokens / seconds

    def overall_per_s(self) -> float:
        """The speed lately, whatever ran."""
        took = sum(took for _, took in self._measured.values())
        return sum(made for made, _ in self._measured.values()) / took if took else self._guess


def _gain(known: int, rows: int) -> float:
    """How many times faster `rows` at once are believed to be than `known`."""
    more = rows / known
    return more / (1.0 + GROWTH * (more - 1.0))
