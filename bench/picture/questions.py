"""The recognition test, pure: which pictures are shown, what is asked of each, and what the answers come to.

A reader is given a picture without its caption and the names of four things of one group, and says which it is.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.picture.real import Shown
    from bench.picture.samples import Sample

PICTURES = 100
CHOICES = 4
FEWEST = 5  # pictures of a group, however few of it were seen
Z95 = 1.959964


@dataclass(frozen=True, slots=True)
class Question:
    """All that a reader is told."""

    number: int
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader is not told."""

    number: int
    answer: str
    group: str
    id: str
    caption: str
    seed: int


@dataclass(frozen=True, slots=True)
class Mark:
    """So many right of so many, and where the share lies with 95 % confidence."""

    right: int
    of: int

    @property
    def share(self) -> float:
        return self.right / self.of

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's (1927), which holds near 0 and 1 too."""
        middle = (self.share + Z95**2 / (2 * self.of)) / (1 + Z95**2 / self.of)
        spread = self.share * (1 - self.share) / self.of + Z95**2 / (4 * self.of**2)
        half = Z95 * spread**0.5 / (1 + Z95**2 / self.of)
        return max(0.0, middle - half), min(1.0, middle + half)


def shares(sizes: Mapping[str, int], count: int = PICTURES, fewest: int = FEWEST) -> dict[str, int]:
    """How many pictures each group gets: as many as it has of the whole, but `fewest` at least, `count` in all."""
    total = sum(sizes.values())
    wanted = {group: max(float(fewest), count * size / total) for group, size in sizes.items()}
    large = {group: value for group, value in wanted.items() if value > fewest}
    rest = count - sum(value for group, value in wanted.items() if group not in large)
    scale = rest / sum(large.values()) if large else 0.0
    exact = {group: value * scale if group in large else value for group, value in wanted.items()}
    found = {group: int(value) for group, value in exact.items()}
    for group in sorted(exact, key=lambda name: (found[name] - exact[name], name)):
        if sum(found.values()) < count:
            found[group] += 1
    return found


def asked(
    wanted: Sequence[Sample], shown: Mapping[str, Shown], seed: int, count: int = PICTURES
) -> tuple[list[Question], list[Answer]]:
    """`count` of the samples, no thing twice; the wrong names are drawn from all that training saw of the group."""
    rng = random.Random(seed)
    names: dict[str, set[str]] = defaultdict(set)
    for one in shown.values():
        if (one.kind, one.split) == ("sticker", "train"):
            names[one.group].add(one.name)
    of: dict[str, dict[str, Sample]] = defaultdict(dict)
    for sample in rng.sample(list(wanted), len(wanted)):
        of[shown[sample.id].group].setdefault(shown[sample.id].name, sample)
    sizes = Counter(shown[sample.id].group for sample in wanted)
    chosen: list[Sample] = []
    for group, some in shares(sizes, count).items():
        chosen += list(of[group].values())[:some]
    rng.shuffle(chosen)
    questions, answers = [], []
    for number, sample in enumerate(chosen, 1):
        right = shown[sample.id]
        choices = [right.name, *rng.sample(sorted(names[right.group] - {right.name}), CHOICES - 1)]
        rng.shuffle(choices)
        questions.append(Question(number, tuple(choices)))
        answers.append(Answer(number, right.name, right.group, sample.id, sample.caption, sample.seed))
    return questions, answers


def marked(
    questions: Sequence[Question], answers: Sequence[Answer], given: Mapping[int, str]
) -> dict[str, Mark]:
    """The mark of all (by the name "all") and of each group; what was not answered is wrong.

    Raises:
        ValueError: an answer to no question, or one that was not among the choices.
    """
    choices = {question.number: question.choices for question in questions}
    for number, name in given.items():
        if number not in choices:
            raise ValueError(f"There is no picture {number}.")
        if name not in choices[number]:
            raise ValueError(f'"{name}" is none of the four names for picture {number}.')
    right: dict[str, list[bool]] = defaultdict(list)
    for answer in answers:
        for name in ("all", answer.group):
            right[name].append(given.get(answer.number) == answer.answer)
    return {name: Mark(sum(found), len(found)) for name, found in right.items()}
