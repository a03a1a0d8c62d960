"""Tastes that are not the bench's: the head's settings were chosen on these alone (`python -m bench.taste.choosing`)."""

from __future__ import annotations

import itertools
import statistics
from typing import TYPE_CHECKING

from bench.taste.tastes import DISLIKED, LIKED, between, lines, words
from bench.taste.words import listed

if TYPE_CHECKING:
    from collections.abc import Callable

NIGHT = listed("""
    night nights dark darkness black moon moonlight moonlit midnight star stars starlight shadow shadows dusk twilight evening
    sleep sleeping dream dreams dim silent lamp candle asleep
""")
PEOPLE = listed("""
    mother father grandmother grandfather sister brother uncle aunt child children friend friends baby son daughter wife
    husband man woman men women boy girl people stranger strangers family neighbour lover lovers
""")
GROWING = listed("""
    tree trees leaf leaves grass flower flowers garden forest bird birds root roots seed seeds branch branches moss rose
    roses petal petals field fields bloom blooms bee bees spring green apple apples wood woods oak pine vine
""")
FEELING = listed("""
    love heart hearts soul joy sorrow hope fear lonely loneliness tears grief happy sad sadness longing pain tender
    gentle comfort peace warmth kind kindness ache
""")


def many_lines(text: str) -> float:
    return between(len(lines(text)), 3.0, 8.0)


def night(text: str) -> float:
    return between(sum(word in NIGHT for word in words(text)), 0.0, 3.0)


def people(text: str) -> float:
    return between(sum(word in PEOPLE for word in words(text)), 0.0, 1.0)


def growing(text: str) -> float:
    return between(sum(word in GROWING for word in words(text)), 0.0, 1.5)


def feeling(text: str) -> float:
    return between(sum(word in FEELING for word in words(text)), 0.0, 1.5)


def to_you(text: str) -> float:
    return LIKED if {"you", "your", "yours"} & set(words(text)) else DISLIKED


def short_words(text: str) -> float:
    found = words(text)
    return between(statistics.fmean(map(len, found)) if found else 9.0, 4.3, 3.6)


def unstopped(text: str) -> float:
    """Lines that run on, without a mark at their end."""
    rows = lines(text)
    return between(sum(row.rstrip()[-1].isalnum() for row in rows) / max(1, len(rows)), 0.0, 0.4)


def alliteration(text: str) -> float:
    pairs = [a[0] == b[0] for row in lines(text) for a, b in itertools.pairwise(words(row))]
    return between(sum(pairs) / max(1, len(pairs)), 0.02, 0.15)


def few_articles(text: str) -> float:
    found = words(text)
    return between(sum(word in {"a", "an", "the"} for word in found) / max(1, len(found)), 0.16, 0.06)


OTHERS: dict[str, Callable[[str], float]] = {
    taste.__name__.replace("_", " "): taste
    for taste in (
        many_lines, night, people, growing, feeling, to_you, short_words, unstopped, alliteration, few_articles,
    )
}  # fmt: skip
