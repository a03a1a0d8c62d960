"""What a step of a taste's training reads: answers to one prompt with what is known of them, in batches of similar length."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from finetune.packs import Tokens, pack

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from torch import Tensor

    from finetune.packs import Pack

WINDOW = 4  # batches whose lessons are sorted by length before they are cut
PADDING = 24  # tokens of its own prompt that a row has, about


@dataclass(frozen=True, slots=True)
class Lesson:
    """Answers behind one prompt: of a pair both, the chosen first, of a piece with a label the one. `weight` is its share of a
    loss; `liked` is of a piece with a label, and so is `stray`, an answer that answers another prompt (for KTO).

    `number` is its own among all of a training, learnt and held out.
    """

    number: int
    answers: tuple[Tokens, ...]
    weight: float = 1.0
    liked: bool = True
    stray: Tokens | None = None

    @property
    def form(self) -> str:
        return self.answers[0].form

    @property
    def length(self) -> int:
        """Of its longest answer, in tokens."""
        return max(len(answer.answer) for answer in self.answers)

    @property
    def learnt(self) -> int:
        """Tokens of all its answers."""
        return sum(len(answer.answer) for answer in self.answers)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Lessons of one form in one pack, whose rows are their answers; one that several lessons share is there once.

    rows: (lessons, answers of each), which row is which.
    """

    lessons: tuple[Lesson, ...]
    pack: Pack
    rows: Tensor


def batches(lessons: Sequence[Lesson], size: int, seed: str) -> list[list[Lesson]]:
    """Every lesson once, `size` in a batch, of similar length, in an order by chance that `seed` decides."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    shuffled = chance.sample(lessons, len(lessons))
    found = []
    for at in range(0, len(shuffled), WINDOW * size):
        window = sorted(shuffled[at : at + WINDOW * size], key=lambda lesson: (lesson.form, lesson.length))
        found += [window[n : n + size] for n in range(0, len(window), size)]
    return chance.sample(found, len(found))


def strays(lessons: Sequence[Lesson]) -> list[Lesson]:
    """What those that have a stray answer make of it alone, under their numbers."""
    return [Lesson(lesson.number, (lesson.stray,)) for lesson in lessons if lesson.stray is not None]


def bundles(lessons: Sequence[Lesson], room: int) -> list[Bundle]:
    """`lessons` in packs of one form whose rows come to at most `room` tokens with their padding; a longer one is alone."""
    found: list[list[Lesson]] = []
    rows: set[Tokens] = set()  # of the last
    for lesson in sorted(lessons, key=lambda lesson: (lesson.form, lesson.length, lesson.number)):
        last = found[-1] if found else []
        together = rows.union(lesson.answers)
        if last and last[0].form == lesson.form and len(together) * (lesson.length + PADDING) <= room:
            last.append(lesson)
            rows = together
        else:
            found.append([lesson])
            rows = set(lesson.answers)
    return [_bundle(group) for group in found]


def _bundle(lessons: Sequence[Lesson]) -> Bundle:
    rows = {answer: n for n, answer in enumerate(distinct(lessons))}
    where = [[rows[answer] for answer in lesson.answers] for lesson in lessons]
    return Bundle(tuple(lessons), pack(list(rows)), torch.tensor(where))


def distinct(lessons: Iterable[Lesson]) -> list[Tokens]:
    """The answers of `lessons`, one that several share once, in the order in which they come."""
    return list(dict.fromkeys(answer for lesson in lessons for answer in lesson.answers))
