"""The working lexicon: the English words that a searched line is made of, and how each sounds, without a doubt.

A word whose pronunciations differ in syllables is not in it, so that a line scans however one reads it; one whose
pronunciations differ in what rhymes has no rhyme. What is too rare to be meant is left out, unless the model has a token
for it, as for much of what is younger than the texts that were counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.forms.sounds import known_words, sounds
from generation.lm.search.corpus import Counted, corpus_counts
from generation.lm.search.diction import ARCHAIC, NEVER, NO_END, SHORT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from generation.forms.sounds import Sound

_WRITTEN = re.compile(r"[a-z]+(?:'(?:s|t|re|ve|ll|d|m))?")
LEAST_TOKEN = 4  # letters of a word that is taken in because it is a token
UNSEEN = Counted(0, 0)
LEAST_CLOSING = 0.06  # `closes` of a word that may end a line,
RHYMING, LEAST_RHYMING = 0.25, 0.15  # of one on which others rhyme, and where few do
FEW = 4
PLAIN_END = 25  # times that a word of several tokens has to be counted to be offered as a rhyme


@dataclass(frozen=True, slots=True)
class Word:
    """`text` is in lower case but for names. `tail` is what rhymes and `onset` the consonants before it; "" for neither.
    `count` is how often it was seen, `closes` the share of these in which a phrase ends with it, in [0, 1]; `vowel`: *an*
    comes before it, in every pronunciation (None: in some).
    """

    text: str
    syllables: int
    stress: str
    tail: str
    onset: str
    count: int
    closes: float
    vowel: bool | None

    @property
    def name(self) -> bool:
        return self.text[0].isupper()


def word_of(text: str, seen: Counted = UNSEEN) -> Word | None:
    """`text` as a word of the lexicon; None where it has no sound, or several of different lengths."""
    found = sounds(text)
    if not found or len({sound.syllables for sound in found}) > 1:
        return None
    first = found[0]
    tails = {sound.tail for sound in found}
    onsets = {sound.onset for sound in found}
    rhymes = len(tails) == len(onsets) == 1 and "'" not in text
    return Word(
        text, first.syllables, first.stress, " ".join(first.tail) if rhymes else "",
        " ".join(first.onset) if rhymes else "", seen.count, seen.closes, _vowel(found),
    )  # fmt: skip


def _vowel(found: Sequence[Sound]) -> bool | None:
    """Whether a word of these pronunciations begins with a vowel; None where they differ."""
    begins = {sound.phones[0][-1].isdigit() for sound in found}
    return begins.pop() if len(begins) == 1 else None


def working_words(tokens: AbstractSet[str]) -> Mapping[str, Word]:
    """The lexicon by its texts. `tokens` are the words that are one token after a space."""
    counts = corpus_counts()
    young = [
        word for word in known_words() if word not in counts and len(word) >= LEAST_TOKEN and word in tokens
    ]
    found: dict[str, Word] = {}
    for text in [*counts, *young]:
        plain = text.lower()
        if plain in NEVER or not _WRITTEN.fullmatch(plain):
            continue
        if len(plain) <= 2 and plain not in SHORT:
            continue
        if text == plain and plain.capitalize() in counts:
            continue  # a name, which some text had without its capital
        if (word := word_of(text, counts.get(text, UNSEEN))) is not None:
            found[text] = word
    return found


class Rhymes:
    """Which words end a line, and which of them rhyme: classes by their tails."""

    def __init__(self, words: Mapping[str, Word], tokens: AbstractSet[str]) -> None:
        """`tokens` are words of one token, which are offered however rare."""
        self._words = words
        self.enders = frozenset(
            text for text, word in words.items() if text not in NO_END and word.closes >= LEAST_CLOSING
        )
        self._classes: dict[str, list[Word]] = {}
        self._wide: dict[str, list[Word]] = {}  # those, and others which close fewer phrases
        for word in words.values():
            plain = (word.count >= PLAIN_END or word.text in tokens) and word.closes >= LEAST_RHYMING
            usual = word.text in self.enders and word.text not in ARCHAIC
            if word.tail and plain and usual and not word.name:
                self._wide.setdefault(word.tail, []).append(word)
                if word.closes >= RHYMING:
                    self._classes.setdefault(word.tail, []).append(word)
        self._openers: dict[int, frozenset[str]] = {}

    def tail(self, text: str) -> str:
        """The class of a word; "" for none."""
        word = self._words.get(text) or word_of(text)
        return "" if word is None else word.tail

    def openers(self, partners: int) -> frozenset[str]:
        """Words that a line may end on with which others have to rhyme: they have `partners` with different onsets at
        least.
        """
        if partners not in self._openers:
            self._openers[partners] = frozenset(
                word.text
                for words in self._classes.values()
                if len({word.onset for word in words}) > partners
                for word in words
            )
        return self._openers[partners]

    def partners(self, ends: Iterable[str]) -> frozenset[str]:
        """Words that rhyme with each of `ends`, which rhyme; where they are few, with those that close a phrase more seldom."""
        words = [self._words.get(end) or word_of(end) for end in ends]
        known = [word for word in words if word is not None]
        if not known:
            return frozenset()
        onsets = {word.onset for word in known}
        found: frozenset[str] = frozenset()
        for classes in (self._classes, self._wide):
            found = frozenset(
                word.text for word in classes.get(known[0].tail, ()) if word.onset not in onsets
            )
            if len(found) >= FEW:
                break
        return found
