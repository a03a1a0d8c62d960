"""How many syllables a word outside CMUdict has: a rule over its letters. Pure.

A word is taken for its parts where it has them (a known word and a usual ending, two known words), else its groups of
vowels are counted, less those that are silent. Deliberately no phonemes: what rhymes is never guessed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LEAST_PART = 3  # letters of each half of a compound
_GROUP = re.compile(r"[aeiouy]+")
_VOWELS = set("aeiouy")
_SILENT = (
    re.compile(r"(?<=[^aeiouyl])e$"),  # moonlike, but not rumble
    re.compile(r"(?<=[aeiouy]l)e$"),  # vile
    re.compile(r"(?<![^aeiouyl]l)(?<=[^aeiouytd])ed$"),  # rehashed, but not rebooted or huddled
    re.compile(r"(?<![^aeiouyl]l)(?<=[^aeiouyscxzgh])es$"),  # vibes, but not boxes or couples
    re.compile(
        r"(?<=[^aeiouyl])e(?=(?:ly|ment|ments|ful|less|lessness|ness|some|like|men|time)$)"
    ),  # nicely, statement
)
_APART = re.compile(
    r"(?<![cgstx])i(?=a|o(?!us|n))|(?<=[^gq])u(?=[ao](?!r))|e(?=o(?!us))|(?<=[a-z])i(?=um|ous$)|[uy](?=ing)"
)
_ISM = re.compile(r"[^aeiou]ms?$")  # prism, rhythm: a syllable without a vowel letter
# endings that are whole syllables after any word
_ENDINGS = {
    "ing": 1, "ings": 1, "ness": 1, "less": 1, "ful": 1, "ly": 1, "ment": 1, "ish": 1, "er": 1, "ers": 1, "est": 1, "y": 1,
    "like": 1, "ship": 1, "hood": 1, "able": 2, "ize": 1, "ism": 2, "ist": 1, "dom": 1, "ward": 1, "wards": 1, "wise": 1,
}  # fmt: skip
_OPENINGS = {
    "un": 1,
    "re": 1,
    "non": 1,
    "pre": 1,
    "de": 1,
    "dis": 1,
    "mis": 1,
    "over": 2,
    "under": 2,
    "out": 1,
    "up": 1,
    "co": 1,
}
_POINTING = re.compile(r"(?:where|there|here)(?:of|to|on|in|by|at|with)")
_SIBILANT = re.compile(r"(?:s|x|z|ch|sh|ge|ce|se|ze)$")


def syllables(word: str, known: Callable[[str], frozenset[int]]) -> int:
    """The syllables (>= 1) of `word`, in lower case letters a to z; `known` gives CMUdict's counts of a word, or none."""
    return _of_parts(word, known) or _of_letters(word)


def _of_parts(word: str, known: Callable[[str], frozenset[int]]) -> int:
    """Of a word that is made of known ones; 0 where it is not."""
    for stem, more in _stems(word):
        if len(stem) >= LEAST_PART and (counts := known(stem)):
            return min(counts) + more
    if _POINTING.fullmatch(word):
        return 2
    best = 0
    evenness = len(word)
    for cut in range(LEAST_PART, len(word) - LEAST_PART + 1):
        left, right = known(word[:cut]), known(word[cut:])
        if left and right and abs(len(word) - 2 * cut) < evenness:
            best, evenness = min(left) + min(right), abs(len(word) - 2 * cut)
    return best


def _stems(word: str) -> list[tuple[str, int]]:
    """What may be left of a word without a usual ending or opening, and the syllables of what was taken off."""
    found = []
    if word.endswith("s") and not word.endswith("ss"):
        found.append((word[:-1], 0))
        stem = word.removesuffix("es")
        if stem != word and _SIBILANT.search(stem):
            found = [(stem, 1)]
        if word.endswith("es") and _SIBILANT.search(word[:-1]):
            found = [(word[:-1], 1), *found]
        if word.endswith("ies"):
            found = [(word[:-3] + "y", 0)]
    if word.endswith("ed"):
        for stem in (word[:-2], word[:-1], word[:-3] if word[-3:-2] == word[-4:-3] else ""):
            found.append((stem, 1 if stem.endswith(("t", "d", "te", "de")) else 0))
    for ending, more in _ENDINGS.items():
        if word.endswith(ending):
            stem = word.removesuffix(ending)
            found.append((stem, more))
            if ending[0] in _VOWELS:
                found.append((stem + "e", more))
                if stem[-1:] == stem[-2:-1]:
                    found.append((stem[:-1], more))
            if stem.endswith("i"):
                found.append((stem[:-1] + "y", more))
    found += [
        (word.removeprefix(opening), more) for opening, more in _OPENINGS.items() if word.startswith(opening)
    ]
    return found


def _of_letters(word: str) -> int:
    groups = len(_GROUP.findall(word))
    groups -= sum(1 for silent in _SILENT if groups > 1 and silent.search(word))
    groups += len(_APART.findall(word)) + (
        1 if _ISM.search(word) and word.endswith(("sm", "sms", "thm", "thms")) else 0
    )
    return max(1, groups)
