"""The blind reading, pure: which two pieces are shown beside each other, and what the answers come to.

A reader is given a brief and two pieces for it, A and B, and says which is better, or that neither is (`=`). Which arm is
which is drawn for each pair; the order of the pairs is drawn too.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.picture.questions import Z95

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAIRS = 50  # of a form
SIDES = ("A", "B")
NEITHER = "="


@dataclass(frozen=True, slots=True)
class Pair:
    """All that a reader is told."""

    number: int
    brief: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a reader is not told: which side is `ours`."""

    number: int
    ours: str
    form: str
    id: str
    seed: int


@dataclass(frozen=True, slots=True)
class Preferred:
    """Of so many pairs, how often ours was the better one, and how often neither was, which counts for half."""

    wins: int
    neither: int
    of: int

    @property
    def share(self) -> float:
        return (self.wins + self.neither / 2) / self.of

    @property
    def interval(self) -> tuple[float, float]:
        """With 95 % confidence, Wilson's (1927); the halves are taken as they are."""
        middle = (self.share + Z95**2 / (2 * self.of)) / (1 + Z95**2 / self.of)
        spread = self.share * (1 - self.share) / self.of + Z95**2 / (4 * self.of**2)
        half = Z95 * spread**0.5 / (1 + Z95**2 / self.of)
        return max(0.0, middle - half), min(1.0, middle + half)


def paired(
    forms: Mapping[str, tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]],
    seed: int,
    count: int = PAIRS,
) -> tuple[list[Pair], list[Hidden]]:
    """`count` pairs of each form from the rows of two arms, ours first, over the same briefs; equal texts are no pair.

    Raises:
        ValueError: a form has too few.
    """
    rng = random.Random(seed)
    drawn: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = []
    for form, (ours, theirs) in forms.items():
        both = [
            (form, one, other) for one, other in zip(ours, theirs, strict=True)
            if one["text"] and other["text"] and one["text"] != other["text"]
        ]  # fmt: skip
        if len(both) < count:
            raise ValueError(f"There are {len(both)} pairs of {form}, and {count} are wanted.")
        drawn += rng.sample(both, count)
    rng.shuffle(drawn)
    pairs, hidden = [], []
    for number, (form, one, other) in enumerate(drawn, 1):
        side = rng.randrange(2)
        texts = (one["text"], other["text"]) if side == 0 else (other["text"], one["text"])
        pairs.append(Pair(number, one["typed"], *texts))
        hidden.append(Hidden(number, SIDES[side], form, one["id"], one["seed"]))
    return pairs, hidden


def marked(hidden: Sequence[Hidden], given: Mapping[int, str]) -> dict[str, Preferred]:
    """What the answers come to, for all (by the name "all") and for each form.

    Raises:
        ValueError: an answer to no pair, one that cannot be, or a pair without an answer.
    """
    numbers = {one.number for one in hidden}
    for number, answer in given.items():
        if number not in numbers:
            raise ValueError(f"There is no pair {number}.")
        if answer not in (*SIDES, NEITHER):
            raise ValueError(f'"{answer}" is no answer to pair {number}: it is A, B or =.')
    if missing := sorted(numbers - set(given)):
        raise ValueError(f"Pair {missing[0]} has no answer.")
    found: dict[str, Preferred] = {}
    for name in ("all", *sorted({one.form for one in hidden})):
        some = [one for one in hidden if name in ("all", one.form)]
        wins = sum(given[one.number] == one.ours for one in some)
        neither = sum(given[one.number] == NEITHER for one in some)
        found[name] = Preferred(wins, neither, len(some))
    return found
