"""What serves, tilted towards the tokens that a taste values, as something to learn beside pairs.

What is to be learnt is a distribution at each place, not a token: that of what serves, tilted by the values (`values.py`),

    teacher(token | text) ∝ serves(token | text) · exp(strength · value(token))

which is the best there is for such a reward at its distance (Korbak 2022, arXiv 2205.11275, equation 3); that a frozen
classifier can steer a model token by token is FUDGE's idea (Yang & Klein 2021, arXiv 2104.05218).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file
from safetensors.torch import save as bytes_of

from finetune.lessons import distinct
from finetune.products import ROWS, divergence, divergences
from generation import whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from torch import Tensor

    from finetune.lessons import Bundle, Lesson
    from finetune.network import Read, TrainedNetwork
    from finetune.packs import Tokens
    from finetune.products import Head
    from finetune.values import Values

PLACES = 32_768  # whose states are kept: 36 MB, for a hidden size of 576
TRIED = 512  # of them, at which the strength of a tilt is found
HALVINGS = 16


def tilted(network: TrainedNetwork, before: Mapping[int, Tensor], values: Values, far: float) -> Tilt:
    """The tilt of `network` as it is before it learns, with its states then (`States`). Where tokens tell all of a taste it lies `far`
    from it, in nats a token, else as much less as they tell less.
    """
    states = torch.cat([before[number] for number in sorted(before)])
    some = states[:: max(1, len(states) // TRIED)].to(network.head.weight.device)
    pull = strength(some, network.head, values.of.to(some.device), far * values.told)
    return Tilt(network, before, pull * values.of)


def strength(states: Tensor, head: Head, values: Tensor, far: float) -> float:
    """How much to tilt what serves for the tilted to be `far` from it, in nats a token, at the places of `states`, (N, D)."""
    # what serves, which no pull changes
    said = [torch.log_softmax(head.logits(rows), 1) for rows in torch.split(states, ROWS)]
    low, high = 0.0, 8.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        pulled = middle * values
        if float(torch.cat([divergence(known, known + pulled)[0] for known in said]).mean()) < far:
            low = middle
        else:
            high = middle
    return low


class States:
    """The states that lessons' targets are foretold from, (learnt, D), by their numbers, kept as they are read for their references."""

    def __init__(self, parts: Sequence[Sequence[Lesson]], most: int = PLACES) -> None:
        """`parts` are what is learnt, and what is held out: of each every nth lesson, where all have more than `most` targets."""
        self._lessons = [
            lesson
            for part in parts
            for lesson in part[:: max(1, math.ceil(sum(lesson.learnt for lesson in part) / most))]
        ]
        self._wanted = set(distinct(self._lessons))
        self._read: dict[Tokens, Tensor] = {}

    def __call__(self, bundle: Bundle, read: Read) -> None:
        """Keep what was read of lessons of one answer."""
        parts = torch.split(read.states, [lesson.learnt for lesson in bundle.lessons])
        for lesson, part in zip(bundle.lessons, parts, strict=True):
            if lesson.answers[0] in self._wanted:
                self._read[lesson.answers[0]] = part.detach().clone()

    @property
    def found(self) -> dict[int, Tensor]:
        """Those of each lesson's answers, one after the other, once all were read."""
        return {
            lesson.number: torch.cat([self._read[answer] for answer in lesson.answers])
            for lesson in self._lessons
        }

    def save(self, file: Path) -> None:
        """Put them there, whole."""
        whole.put(file, bytes_of({str(number): states.cpu() for number, states in self.found.items()}))

    @staticmethod
    def load(file: Path) -> dict[int, Tensor]:
        """What was put there."""
        return {int(number): states for number, states in load_file(file).items()}


class Tilt:
    """What served before, tilted (`values.py`), as what is to be learnt at every place of an answer."""

    def __init__(self, network: TrainedNetwork, before: Mapping[int, Tensor], values: Tensor) -> None:
        """`before` as of `States`; `values`: (V,), with their strength."""
        self._network, self._before, self._values = network, before, values
        self._learnt = 1

    def begin(self, batch: Sequence[Lesson]) -> None:
        """What is true of the batch as a whole."""
        self._learnt = sum(lesson.learnt for lesson in batch)

    def part(self, bundle: Bundle, read: Read) -> Tensor:
        """A bundle's share of the batch's mean divergence, in nats a token; ()."""
        times = [0] * read.rows  # that a row is an answer of a lesson whose states are known
        before: list[Tensor | None] = [None] * read.rows
        for lesson, rows in zip(bundle.lessons, bundle.rows.tolist(), strict=True):
            if (states := self._before.get(lesson.number)) is None:
                continue
            parts = torch.split(states, [len(answer.answer) for answer in lesson.answers])
            for row, part in zip(rows, parts, strict=True):
                times[row] += 1
                before[row] = part
        known = [part for part in before if part is not None]
        if not known:
            return torch.zeros(())
        weights = torch.tensor(times, device=read.of_row.device)[read.of_row]
        now = read.states[weights > 0]
        far = divergences(
            now, self._network.head, torch.cat(known).to(now.device), self._values.to(now.device)
        )
        return (far * weights[weights > 0]).sum().cpu() / self._learnt
