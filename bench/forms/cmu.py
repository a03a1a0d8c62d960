"""Syllables and rhymes by CMUdict, a second time: written apart from `generation.forms`, so that a fault there shows.

Everything is under every pronunciation that CMUdict lists. A rhyme is perfect: the sounds from the last stressed vowel on
are the same, and the words do not sound the same as a whole. A word that CMUdict lacks rhymes with nothing, and is counted
as two that it has, or by its groups of vowels.
"""

from __future__ import annotations

import functools
import lzma
import re
import unicodedata
from itertools import pairwise

from generation.forms.sounds import DICTIONARY

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*'?")
_SIBILANT = frozenset(("S", "Z", "SH", "ZH", "CH", "JH"))
_VOWELS = re.compile(r"[aeiouy]+")
Phones = tuple[str, ...]


@functools.cache
def _dictionary() -> dict[str, list[Phones]]:
    """Every word with all its pronunciations."""
    found: dict[str, list[Phones]] = {}
    with lzma.open(DICTIONARY, "rt", encoding="utf-8") as lines:
        for line in lines:
            word, *phones = line.partition("#")[0].split()
            if any(phone[-1].isdigit() for phone in phones):
                found.setdefault(word.partition("(")[0], []).append(tuple(phones))
    return found


def words(line: str) -> list[str]:
    """The words of a line in lower case, without accents; a hyphen or dash parts two."""
    plain = unicodedata.normalize("NFKD", line.lower().replace("’", "'").replace("‘", " "))
    return _WORD.findall("".join(char for char in plain if not unicodedata.combining(char)))


@functools.cache
def pronunciations(word: str) -> tuple[Phones, ...]:
    """All that CMUdict lists for a lower-case word, or for what it is the possessive of; () if none."""
    found = _dictionary()
    if word in found:
        return tuple(found[word])
    bare = word.strip("'")
    if bare in found:
        return tuple(found[bare])
    if bare.endswith("'s") and bare[:-2] in found:
        ends = [("AH0", "Z") if one[-1] in _SIBILANT else ("Z",) for one in found[bare[:-2]]]
        return tuple(one + end for one, end in zip(found[bare[:-2]], ends, strict=True))
    return ()


@functools.cache
def syllables(word: str) -> frozenset[int]:
    """Every number of syllables that it may have; what CMUdict has no entry for is counted by its spelling."""
    if found := pronunciations(word):
        return frozenset(sum(phone[-1].isdigit() for phone in one) for one in found)
    stem, _, ending = word.strip("'").rpartition("'")
    if stem and ending in {"s", "d", "ll", "ve"}:
        return frozenset(count + (ending in {"ll", "ve"}) for count in syllables(stem))
    bare = word.replace("'", "")
    for cut in range(len(bare) - 3, 2, -1):
        if pronunciations(bare[:cut]) and pronunciations(bare[cut:]):
            return frozenset(a + b for a in syllables(bare[:cut]) for b in syllables(bare[cut:]))
    groups = len(_VOWELS.findall(bare))
    silent = re.search(r"[^aeiouyl]e$|[^aeiouytd]ed$|[^aeiouyscxzgh]es$", bare) is not None
    return frozenset((max(1, groups - silent),))


def line_counts(line: str) -> frozenset[int]:
    """Every sum that some choice of pronunciations gives."""
    sums = frozenset((0,))
    for word in words(line):
        sums = frozenset(a + b for a in sums for b in syllables(word))
    return sums


def outside(text: str) -> list[str]:
    """The words of a text that CMUdict does not have."""
    return [word for word in words(text) if not pronunciations(word)]


def _tail(phones: Phones) -> Phones | None:
    stressed = [n for n, phone in enumerate(phones) if phone[-1] in "12"]
    vowels = stressed or [n for n, phone in enumerate(phones) if phone[-1].isdigit()]
    return tuple(phone.rstrip("012") for phone in phones[vowels[-1] :]) if vowels else None


def rhymes(a: str, b: str) -> bool:
    """Whether two lower-case words rhyme however one reads them; a word without an entry rhymes with nothing."""
    mine, yours = pronunciations(a), pronunciations(b)
    tails = {_tail(one) for one in (*mine, *yours)}
    return bool(mine and yours) and len(tails) == 1 and None not in tails and not set(mine) & set(yours)


def ends(lines: list[str]) -> list[str]:
    """The last word of each line, "" where it has none."""
    return [(words(line) or [""])[-1] for line in lines]


def scheme_fault(lines: list[str], scheme: str) -> str:
    """The first pair of `lines` that does not rhyme as the letters of `scheme` say, as a sentence; "" if all do.

    A dot in `scheme` is a line that need not rhyme. Neighbouring letters must not be one rhyme.
    """
    last = ends(lines)
    firsts: dict[str, int] = {}
    for n, letter in enumerate(scheme):
        if letter == ".":
            continue
        for m in range(n):
            if scheme[m] == letter and not rhymes(last[m], last[n]):
                return f"Lines {m + 1} and {n + 1} do not rhyme in every reading: {last[m]}, {last[n]}."
        firsts.setdefault(letter, n)
    for (one, m), (other, n) in pairwise(firsts.items()):
        if rhymes(last[m], last[n]):
            return f"Rhymes {one} and {other} are the same: {last[m]}, {last[n]}."
    return ""
