"""Like-rates, and how sure they are: intervals by bootstrap over prompts, because texts for one prompt are alike. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROUNDS = 2000
TAIL = 0.025
DIGITS = 9  # so that twenty points made of tenths are twenty points, and no 19.99999999999999


@dataclass(frozen=True, slots=True)
class Rate:
    """A mean, and between which bounds it lies 95 times of a hundred."""

    mean: float
    low: float
    high: float

    def to_json(self) -> dict[str, float]:
        return {"mean": round(self.mean, 4), "low": round(self.low, 4), "high": round(self.high, 4)}


def rate(by_prompt: Sequence[Sequence[float]], seed: int = 0) -> Rate:
    """Of what is known for each prompt: how likely each of its texts is liked, or how much likelier than another."""
    means = [fmean(some) for some in by_prompt]
    chance = random.Random(seed)
    drawn = sorted(fmean(chance.choices(means, k=len(means))) for _ in range(ROUNDS))
    low, high = drawn[int(TAIL * ROUNDS)], drawn[int((1 - TAIL) * ROUNDS) - 1]
    return Rate(*(round(value, DIGITS) for value in (fmean(means), low, high)))


def gain(ours: Sequence[Sequence[float]], base: Sequence[Sequence[float]], seed: int = 0) -> Rate:
    """How much more `ours` are liked, prompt by prompt."""
    return rate([[fmean(one) - fmean(other)] for one, other in zip(ours, base, strict=True)], seed)
