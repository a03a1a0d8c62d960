"""The Beta distribution's upper tail, in a few lines: the store's machine needs no SciPy for it. Pure."""

from __future__ import annotations

import math

TINY = 1e-300
CLOSE = 1e-12
TERMS = 300


def above(x: float, a: float, b: float) -> float:
    """Pr(θ > x) for θ ~ Beta(a, b), 0 <= x <= 1, a and b > 0.

    The continued fraction of the incomplete beta function by Lentz's method: Press et al., "Numerical Recipes", 3rd ed., 6.4.
    """
    if x <= 0:
        return 1.0
    if x >= 1:
        return 0.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1) / (a + b + 2):  # where it converges fast
        return 1 - front * _fraction(x, a, b) / a
    return front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _off_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            d = 1 / _off_zero(1 + term * d)
            c = _off_zero(1 + term / c)
            change = c * d
            value *= change
        if abs(change - 1) < CLOSE:
            break
    return value


def _off_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY
