"""Whom to believe: how often each voter is right, when nobody knows what is right. Pure.

The one-coin form of Dawid and Skene (1979, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm"):
a piece is liked or not, each voter says so with a probability of their own, and the two are found from each other in turn. It
is done afresh for each snapshot and kept nowhere: nobody has a reputation here. Those who are wrong more often than right are
ignored and not turned around, which was found to do as well.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.taste.votes import Vote

RIGHT, WRONG = (
    8.0,
    2.0,
)  # ten votes that nobody cast: people are right four times of five until they show otherwise
SURE = 0.98  # nobody is more reliable, or less so than 1 - SURE: thirty votes are no proof of it
SHARE = 0.05  # of pieces, at least, are liked, and at least so many are not
ROUNDS = 30  # after which the third digit stood still in every community that was tried
FULL = 2.0  # the log-odds at which a voter counts fully: right seven times of eight


def dawid_skene(votes: Sequence[Vote], weights: Sequence[float] | None = None) -> dict[int, float]:
    """How often each member who voted is right, in [1 - `SURE`, `SURE`]. `weights`: what each vote counts for, else 1."""
    if not votes:
        return {}
    heavy = (1.0,) * len(votes) if weights is None else weights
    by_piece: dict[str, list[tuple[int, bool, float]]] = defaultdict(list)
    mass: dict[int, float] = defaultdict(float)
    for vote, weight in zip(votes, heavy, strict=True):
        by_piece[vote.creation].append((vote.member, vote.up, weight))
        mass[vote.member] += weight
    reliability = dict.fromkeys(mass, RIGHT / (RIGHT + WRONG))
    liked = _share(sum(vote.up * w for vote, w in zip(votes, heavy, strict=True)), sum(heavy))
    for _ in range(ROUNDS):
        right: dict[int, float] = dict.fromkeys(mass, 0.0)
        total = 0.0
        for cast in by_piece.values():
            odds = _odds(liked) + sum(
                (w if up else -w) * _odds(reliability[member]) for member, up, w in cast
            )
            chance = 1 / (1 + math.exp(-max(-700.0, min(700.0, odds))))
            total += chance
            for member, up, w in cast:
                right[member] += w * (chance if up else 1 - chance)
        liked = _share(total + 1, len(by_piece) + 2)
        reliability = {
            member: min(SURE, max(1 - SURE, (found + RIGHT) / (mass[member] + RIGHT + WRONG)))
            for member, found in right.items()
        }
    return reliability


def weight(reliability: float) -> float:
    """What the votes of somebody so reliable count for, in [0, 1]: in proportion to the evidence that one of them is."""
    return min(1.0, max(0.0, _odds(reliability) / FULL))


def _share(part: float, whole: float) -> float:
    return min(1 - SHARE, max(SHARE, part / whole))


def _odds(probability: float) -> float:
    return math.log(probability / (1 - probability))
