"""The Beta distribution's tail, against closed forms and against a sum."""

from __future__ import annotations

import math

import pytest

from studio.taste.beta import above


def summed(x: float, a: float, b: float, steps: int = 100_000) -> float:
    step = (1 - x) / steps
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b))
    points = (x + (n + 0.5) * step for n in range(steps))
    return step * front * sum(point ** (a - 1) * (1 - point) ** (b - 1) for point in points)


@pytest.mark.parametrize("x", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_closed_forms(x: float) -> None:
    assert above(x, 1, 1) == pytest.approx(1 - x)
    assert above(x, 3, 1) == pytest.approx(1 - x**3)
    assert above(x, 1, 4) == pytest.approx((1 - x) ** 4)


@pytest.mark.parametrize(
    ("x", "a", "b"), [(0.4, 2.3, 1.7), (0.75, 9.5, 4.1), (0.55, 40.0, 61.2), (0.4, 1.8, 30.0)]
)
def test_a_sum_over_the_density(x: float, a: float, b: float) -> None:
    assert above(x, a, b) == pytest.approx(summed(x, a, b), abs=1e-8)


def test_very_many_votes_stay_within_a_probability() -> None:
    assert above(0.5, 1e5, 1.0) == pytest.approx(1.0)
    assert above(0.5, 1.0, 1e5) == pytest.approx(0.0)
