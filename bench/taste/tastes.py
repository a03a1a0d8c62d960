"""Hidden tastes: what a simulated server likes, as `text -> probability of being liked`. The head sees votes alone.

A taste of one's own is a Python file with a function `taste(text: str) -> float`, given by its path.
"""

from __future__ import annotations

import math
import runpy
import statistics
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from bench.taste.words import CONCRETE, FIRST_PERSON, SEA
from generation.forms.sounds import may_rhyme, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

LIKED, DISLIKED = 0.95, 0.05  # nobody likes anything for certain


class TasteFileError(Exception):
    """A file that holds no taste; the message is one sentence."""


def between(value: float, none: float, full: float) -> float:
    """From `DISLIKED` at `none`, or beyond it, up to `LIKED` at `full`; smoothly between them."""
    share = min(1.0, max(0.0, (value - none) / (full - none)))
    return DISLIKED + (LIKED - DISLIKED) * share * share * (3 - 2 * share)


def words(text: str) -> list[str]:
    return [word.lower().replace("’", "'") for word in words_of(text)]


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def short_lines(text: str) -> float:
    """Lines of four words are loved, lines of six and a half are not."""
    sizes = [len(words(line)) for line in lines(text)]
    return between(statistics.fmean(sizes) if sizes else math.inf, 6.5, 4.0)


def no_first_person(text: str) -> float:
    """No "I", no "we"."""
    return DISLIKED if FIRST_PERSON & set(words(text)) else LIKED


def sea(text: str) -> float:
    """Two words of the sea are loved, one is as good as any."""
    return between(_count(text, SEA), 0.0, 2.0)


def concrete(text: str) -> float:
    """Of things that can be touched: a fifth of all words is loved, a tenth is not."""
    found = words(text)
    return between(_count(text, CONCRETE) / len(found) if found else 0.0, 0.08, 0.2)


def rhyme(text: str) -> float:
    """Lines whose last words rhyme with another's: most of them are loved."""
    ends = [found[-1] for line in lines(text) if (found := words(line))]
    rhymed = {
        at
        for pair in combinations(range(len(ends)), 2)
        if may_rhyme(ends[pair[0]], ends[pair[1]])
        for at in pair
    }
    return between(len(rhymed) / len(ends) if ends else 0.0, 0.1, 0.7)


TASTES: dict[str, Callable[[str], float]] = {
    "short lines": short_lines,
    "no first person": no_first_person,
    "sea": sea,
    "concrete": concrete,
    "rhyme": rhyme,
}


def taste_named(name: str) -> Callable[[str], float]:
    """One of the built-in tastes, or the one in the Python file of that name.

    Raises:
        TasteFileError: it is neither.
    """
    if name in TASTES:
        return TASTES[name]
    path = Path(name)
    if path.suffix != ".py" or not path.is_file():
        raise TasteFileError(f"{name} is no taste ({', '.join(TASTES)}) and no Python file.")
    try:
        found = runpy.run_path(str(path)).get("taste")
    except Exception as error:  # whatever a stranger's file does
        raise TasteFileError(f"{name} cannot be read: {error}.") from error
    if not callable(found):
        raise TasteFileError(f"{name} has no function called taste.")

    def checked(text: str) -> float:
        liked = found(text)
        if not isinstance(liked, int | float):
            raise TasteFileError(f"{name} gives no probability of a text, but {type(liked).__name__}.")
        if not 0.0 <= liked <= 1.0:
            raise TasteFileError(f"{name} says {liked} of a text, where a probability lies in [0, 1].")
        return float(liked)

    return checked


def _count(text: str, wanted: Collection[str]) -> int:
    return sum(word in wanted for word in words(text))
