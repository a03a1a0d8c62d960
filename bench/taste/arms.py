"""The arms that are compared: what the simulated server gets for themes that it never asked for before.

Each answers every held-out theme `EACH` times. `base` is what there is without a head; `best of 4` has the head pick of four drafts,
as a host does that has room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.taste.prompts import COMING
from bench.taste.samples import EACH, OF

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.taste.samples import Sample

Drafts = list[list[list["Sample"]]]  # by theme, by answer: the drafts that there are to choose from


def drafts(samples: Sequence[Sample], of: int = OF) -> Drafts:
    """The held-out samples as the drafts of each answer: a theme's first to sixth answer, `of` drafts each."""
    by_theme: dict[str, list[Sample]] = {theme: [] for theme in COMING}
    for one in samples:
        by_theme[one.theme].append(one)
    return [[some[n * of : (n + 1) * of] for n in range(EACH)] for some in by_theme.values() if some]


def base(of: Drafts) -> list[list[str]]:
    """The first draft of each answer."""
    return [[answer[0].text for answer in theme] for theme in of]


def picked(of: Drafts, score: Callable[[Sequence[str]], Sequence[float]]) -> list[list[str]]:
    """The draft of each answer that scores best; of equals the first."""
    found = []
    for theme in of:
        scores = score([one.text for answer in theme for one in answer])
        best = []
        for n, answer in enumerate(theme):
            some = scores[n * OF : n * OF + len(answer)]
            best.append(answer[max(range(len(some)), key=some.__getitem__)].text)
        found.append(best)
    return found
