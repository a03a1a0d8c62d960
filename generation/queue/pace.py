"""How fast the engine is, as a function of how many rows it runs: what is measured, and slowly forgotten.

A batch of sixteen makes many times the tokens of one row, though not sixteen times; what lies between follows from
neither alone. So speeds are kept by the number of rows, and one that is not known is that of the nearest ones.
"""

from __future__ import annotations

KEPT_A_SECOND = 0.95  # of what was measured, by a second of work: half of it comes from the last 14 s
NEAR = 0.25  # what a measurement at one row more or fewer weighs
LEAST = 1e-9  # weight below which nothing is known


class Pace:
    """Output tokens a second, all rows together."""

    def __init__(self, guess: float) -> None:
        """`guess` holds, for any number of rows, until there is a measurement."""
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
        nearest = min((abs(rows - known) for known in self._measured), default=0)
        near = [
            (NEAR ** (abs(rows - known) - nearest), made, took)
            for known, (made, took) in self._measured.items()
        ]
        took = sum(weight * took for weight, _, took in near)
        return sum(weight * made for weight, made, _ in near) / took if near else self._guess

    def overall_per_s(self) -> float:
        """The speed lately, whatever ran."""
        took = sum(took for _, took in self._measured.values())
        return sum(made for made, _ in self._measured.values()) / took if took else self._guess
