"""Noticing that a model writes in circles, as small ones do, so that nobody has to read it or wait for it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROUNDS = 4  # times that the same tokens in a row, or the same line anywhere, are a circle
LONGEST = 64  # tokens of one round
LEAST = 12  # tokens of all rounds: "ha ha ha" is a laugh
COPY = 40  # tokens: so much said once before, word for word, is going round too
LINE_LEAST = 12  # characters: a short line may be a refrain


def in_a_circle(ids: Sequence[int]) -> int:
    """How many tokens at the end of `ids` only repeat what is before them; 0 while there is no circle."""
    for length in range(1, min(LONGEST, len(ids) // ROUNDS) + 1):
        if length * ROUNDS < LEAST:
            continue
        tail = ids[-length:]
        if all(ids[-length * n : -length * (n - 1)] == tail for n in range(2, ROUNDS + 1)):
            return length * (ROUNDS - 1)
    tail = ids[-COPY:]
    if len(ids) >= 2 * COPY and any(ids[n : n + COPY] == tail for n in range(len(ids) - 2 * COPY + 1)):
        return COPY
    return 0


def before_the_refrain(text: str) -> str | None:
    """`text` up to where a long line came for the third time, once it has come four times; None before that."""
    lines = [line.strip().casefold() for line in text.split("\n")]
    counted = Counter(line for line in lines if len(line) >= LINE_LEAST)
    for line, times in counted.items():
        if times >= ROUNDS:
            third = [n for n, found in enumerate(lines) if found == line][2]
            return "\n".join(text.split("\n")[:third]).rstrip()
    return None
