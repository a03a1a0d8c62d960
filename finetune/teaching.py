"""From pairs and labelled pieces to lessons, and from a network's log-probabilities to the loss of a batch of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import torch

from finetune.lessons import Lesson, bundles, distinct, strays
from finetune.objectives import anchor, dpo, drift, kto, kto_weights
from finetune.samples import brief
from finetune.themes import neutral
from finetune.unsafe import trips

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from finetune.lessons import Bundle
    from finetune.network import Read, TrainedNetwork
    from finetune.packs import Tokens
    from finetune.pairs import Preference
    from finetune.snapshot import Example
    from finetune.tokens import Answers

Objective = Literal["dpo", "sft", "kto"]
SURE = 0.9  # how probably something is liked better than the average that is learnt from as it stands
SFT_VOTERS = 2


def of_pairs(answers: Answers, pairs: Sequence[Preference]) -> tuple[list[Lesson], list[Lesson]]:
    """Lessons to learn from, and those held out."""
    found: tuple[list[Lesson], list[Lesson]] = ([], [])
    for number, pair in enumerate(pairs):
        asked = brief(pair.form, pair.theme)
        both = zip((pair.chosen, pair.rejected), pair.whole, strict=True)
        tokens = tuple(answers.served(asked, text, whole=whole) for text, whole in both)
        found[pair.held_out].append(Lesson(number, tokens, pair.weight))
    return found


def of_examples(
    answers: Answers, examples: Sequence[Example], objective: Objective
) -> tuple[list[Lesson], list[Lesson]]:
    """Lessons to learn from, and those held out: for "sft" what is surely liked, for "kto" all that is labelled."""
    used = [example for example in examples if objective == "kto" or _surely_liked(example)]
    parts = (
        [example for example in used if example.part == "train"],
        [example for example in used if example.part != "train"],
    )
    found: tuple[list[Lesson], list[Lesson]] = ([], [])
    number = 0
    for side, part in enumerate(parts):
        lessons = []
        for example in part:
            asked = brief(example.form, example.theme or neutral(example.form))
            lessons.append(
                Lesson(
                    number, (answers.served(asked, example.text),), example.confidence, liked=_liked(example)
                )
            )  # fmt: skip
            number += 1
        if objective == "kto" and lessons:
            weights = kto_weights(
                [lesson.liked for lesson in lessons],
                [example.confidence for example in part],
                [example.flagged for example in part],
            )
            lessons = [
                replace(lesson, weight=weight) for lesson, weight in zip(lessons, weights, strict=True)
            ]
            lessons = _astray(lessons)
        found[side].extend(lessons)
    return found


def _liked(example: Example) -> bool:
    """By more than not; what is not to be shown is nothing to write, whoever likes it."""
    return example.liked > 0.5 and trips(example.text) is None


def _surely_liked(example: Example) -> bool:
    return _liked(example) and example.liked >= SURE and example.voters >= SFT_VOTERS and not example.flagged


def _astray(lessons: Sequence[Lesson]) -> list[Lesson]:
    """Each with the next one's answer behind its own prompt, the last with the first one's."""
    following = [*lessons[1:], lessons[0]]
    return [
        replace(lesson, stray=replace(lesson.answers[0], answer=other.answers[0].answer))
        for lesson, other in zip(lessons, following, strict=True)
    ]


def log_probabilities(
    network: TrainedNetwork,
    lessons: Sequence[Lesson],
    room: int,
    hear: Callable[[Bundle, Read], None] | None = None,
) -> dict[int, tuple[float, ...]]:
    """Of the answers of each lesson, in nats, by its number, without a gradient. One that several lessons share is read once; `hear`
    is given what was read, a bundle of lessons of one answer at a time.
    """
    each = [Lesson(number, (answer,)) for number, answer in enumerate(distinct(lessons))]
    found: dict[Tokens, float] = {}
    with torch.no_grad():
        for bundle in bundles(each, room):
            read = network.read(bundle.pack)
            values = (-network.surprised(read)).tolist()
            for lesson, value in zip(bundle.lessons, values, strict=True):
                found[lesson.answers[0]] = value
            if hear is not None:
                hear(bundle, read)
    return {lesson.number: tuple(found[answer] for answer in lesson.answers) for lesson in lessons}


def references(
    network: TrainedNetwork,
    lessons: Sequence[Lesson],
    room: int,
    hear: Callable[[Bundle, Read], None] | None = None,
) -> Tensor:
    """What the network says before it learns: (lessons, 2), by number, nought where there is no second answer. `hear` is given what
    was read.
    """
    kept = torch.zeros(len(lessons), 2)
    for number, values in log_probabilities(network, lessons, room, hear).items():
        kept[number, : len(values)] = torch.tensor(values)
    for number, (value,) in log_probabilities(network, strays(lessons), room).items():
        kept[number, 1] = value
    return kept


class Loss:
    """The loss of a batch, a bundle at a time, so that the sum of the parts is the loss of the whole.

    Of pairs it is DPO's sum by weight and `anchored` times the anchor of what was chosen, over the number of pairs; of labels
    KTO's weighted mean; of what is liked the anchor alone.
    """

    def __init__(
        self, objective: Objective, known: Tensor, *, beta: float, smoothing: float, anchored: float
    ) -> None:
        """`known` are the references."""
        self._objective, self._known = objective, known
        self._beta, self._smoothing, self._anchored = beta, smoothing, anchored
        self._weight = self._tokens = self._share = 1.0
        self._count = 1
        self._drift = torch.zeros(())

    def begin(self, network: TrainedNetwork, batch: Sequence[Lesson], room: int) -> None:
        """What is true of the batch as a whole."""
        self._weight = sum(lesson.weight for lesson in batch)
        self._count = len(batch)
        self._share = self._weight / self._count
        self._tokens = sum(lesson.weight * len(lesson.answers[0].answer) for lesson in batch)
        if self._objective == "kto":
            now = log_probabilities(network, strays(batch), room)
            before = self._known[list(now), 1]
            self._drift = drift(torch.tensor([value for (value,) in now.values()]), before)

    def part(self, bundle: Bundle, surprises: Tensor) -> Tensor:
        """A bundle's share of the loss. surprises: (rows,), as the network gives them, with a gradient."""
        lessons = bundle.lessons
        answers = -surprises[bundle.rows]  # (L, 1 or 2)
        weights = torch.tensor([lesson.weight for lesson in lessons])
        tokens = torch.tensor([float(len(lesson.answers[0].answer)) for lesson in lessons])
        before = self._known[[lesson.number for lesson in lessons]]
        liked = (
            anchor(answers[:, 0], tokens, weights) * float((weights * tokens).sum()) / self._tokens
        )  # of the batch's mean over tokens
        if self._objective == "sft":
            return liked
        if self._objective == "kto":
            good = torch.tensor([lesson.liked for lesson in lessons])
            each = kto(answers[:, 0], before[:, 0], good, self._drift, beta=self._beta)
            return (weights * each).sum() / self._weight
        each = dpo(
            answers[:, 0], answers[:, 1], before[:, 0], before[:, 1], beta=self._beta, smoothing=self._smoothing
        )  # fmt: skip
        return (weights * each).sum() / self._count + self._share * self._anchored * liked
