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

from finetune.products import divergences
from generation import whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from torch import Tensor

    from finetune.lessons import Bundle, Lesson
    from finetune.network import Read, TrainedNetwork
    from finetune.values import Values

PLACES = 32_768  # whose states are kept: 36 MB, for a hidden size of 576
TRIED = 512  # of them, at which the strength of a tilt is found
HALVINGS = 16


def tilted(network: TrainedNetwork, before: Mapping[int, Tensor], values: Values, far: float) -> Tilt:
    """The tilt of `network` as it is before it learns, with its states then (`States`). Where tokens tell all of a taste it lies `far`
    from it, in nats a token, else as much less as they tell less.
    """
    states = torch.cat([before[number] for number in sorted(before)])
    some = states[:: max(1, len(states) // TRIED)].to(network.head.device)
    pull = strength(some, network.head, values.of.to(some.device), far * values.told)
    return Tilt(network, before, pull * values.of)


def strength(states: Tensor, head: Tensor, values: Tensor, far: float) -> float:
    """How much to tilt what serves for the tilted to be `far` from it, in nats a token, at the places of `states`, (N, D)."""
    low, high = 0.0, 8.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if float(divergences(states, head, states, middle * values).mean()) < far:
            low = middle
        else:
            high = middle
    return low


class States:
    """The states that lessons' targets are foretold from, (learnt, D), by their numbers, kept as they are read for their references."""

    def __init__(self, parts: Sequence[Sequence[Lesson]], most: int = PLACES) -> None:
        """`parts` are what is learnt, and what is held out: of each every nth lesson, where all have more than `most` targets."""
        self._wanted = {
            lesson.number
            for part in parts
            for lesson in part[:: max(1, math.ceil(sum(lesson.learnt for lesson in part) / most))]
        }
        self.found: dict[int, Tensor] = {}

    def __call__(self, bundle: Bundle, read: Read) -> None:
        """Keep what was read."""
        parts = torch.split(read.states, [lesson.learnt for lesson in bundle.lessons])
        for lesson, part in zip(bundle.lessons, parts, strict=True):
            if lesson.number in self._wanted:
                self.found[lesson.number] = part.detach().clone()

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
        known = [lesson.number in self._before for lesson in bundle.lessons]
        if not any(known):
            return torch.zeros(())
        counts = torch.tensor([lesson.learnt for lesson in bundle.lessons])
        states = read.states[torch.tensor(known).repeat_interleave(counts).to(read.states.device)]
        before = torch.cat(
            [self._before[lesson.number] for lesson in bundle.lessons if lesson.number in self._before]
        )
        far = divergences(
            states, self._network.head, before.to(states.device), self._values.to(states.device)
        )
        return far.sum().cpu() / self._learnt
