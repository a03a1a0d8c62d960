"""How far a candidate goes from what serves: as far as it was trained to, part of the way back, or a little beyond.

A taste that is easily learnt takes a model further than the gates let it, for little more of what is liked; another leaves most of what
they allow unused. Weights between two models are a model between them (Wortsman 2022, arXiv 2109.01903; for rewards and distances
Ramé 2024, arXiv 2406.16768, LITI), and those a little beyond the trained one are one that has learnt more of the same (Zheng 2024,
arXiv 2404.16792, ExPO). So a candidate that went too far comes back along its way, instead of being refused: until gates that look at
nothing but what both sides write (`finetune.gates.used_up`) let it through, or it has come back twice. And one that they leave room
goes on where the taste likes better what it writes there, and on again; where that was too far, to a place between. Who is refused for safety alone stands halfway back (`finetune.recipe`): a gate
that nobody can waive, over a piece or two that it wrote. And who went on and is refused for what such pieces do not tell (how well
it still knows the language) stands where it came from.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TYPE_CHECKING

import torch

from finetune.gates import used_up
from finetune.measured import written
from finetune.samples import SamplesError
from finetune.unsafe import trips
from generation.adapters import write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from torch import Tensor

    from finetune.gates import Written
    from finetune.measured import Contest, Taste
    from finetune.samples import Sample

TRIES = 3
AIM = 0.9  # of what the gates allow, to which one goes that used up more, or much less
ROOM_LEFT = 0.8  # of what the gates allow, from which on nobody goes on: what is measured is not so sure
LEAST = 0.5  # of the way to where it was, at a time
FURTHEST = 1.5  # times the way so far, at a time


@dataclass(frozen=True, slots=True)
class Place:
    """A candidate at `share` of its way, what was written there, how much of what gates allow that has `used` up, and, where it went on, the
    place that it `came_from`.
    """

    contest: Contest
    share: float
    wrote: Written
    used: float
    came_from: Place | None = None


class Way:
    """From `before`, the weights by name that training began with, to those that the network has when this is made. What is written on
    it is kept in `folder`; `tell` hears how many pieces there are, and of how many.
    """

    def __init__(
        self, contest: Contest, before: Mapping[str, Tensor], folder: Path, room: int, tell: Callable[[int, int], None]
    ) -> None:  # fmt: skip
        self._contest, self._before = contest, before
        self._folder, self._room, self._tell = folder, room, tell
        self._learnt = {name: each.detach().clone() for name, each in contest.network.parameters().items()}
        self._most = 0

    def put(self, share: float) -> Contest:
        """The candidate at `share` of the way, written to `contest.candidates`, where it is alone; its weights become the network's."""
        contest = self._contest
        # also what a run left half made or half deleted that was killed
        shutil.rmtree(contest.candidates, ignore_errors=True)
        for name, parameter in contest.network.parameters().items():
            parameter.data.copy_(torch.lerp(self._before[name], self._learnt[name], share))
        digest = write(
            contest.candidates, contest.network.config(), contest.network.tensors(), base=contest.model.base, manifest={}
        )  # fmt: skip
        return replace(contest, digest=digest)

    def at(self, share: float) -> Place:
        """The same, and what both sides write there. Raises SamplesError, AdapterError."""
        there = self.put(share)
        wrote = written(there, self._folder, self._room, self._forward)
        return Place(there, share, wrote, used_up(wrote))

    def _forward(self, done: int, of: int) -> None:
        if done > self._most:  # what serves has written already where the candidate writes once more
            self._most = done
            self._tell(done, of)


def within_reach(way: Way, taste: Taste | None = None) -> Place:
    """Where the candidate stands for its gates. Without a `taste` it does not go beyond what it was trained to.

    Raises:
        SamplesError: also where neither could make anything. AdapterError.
    """
    place = way.at(1.0)
    for _ in range(TRIES - 1):
        if place.used <= 1.0:
            break
        place = way.at(place.share * max(LEAST, AIM / place.used))
    if not place.wrote.after:
        raise SamplesError("The candidate wrote nothing that could be measured.")
    return place if taste is None or place.share < 1.0 else _further(way, taste, place)


def _further(way: Way, taste: Taste, place: Place) -> Place:
    """Beyond `place`, the end of what was trained, as far as the gates leave room and the taste likes it better."""
    beyond: Place | None = None  # which the gates do not let through
    stands = place
    for _ in range(TRIES - 1):
        if place.used >= ROOM_LEFT:
            break
        if beyond is None:
            share = place.share * min(FURTHEST, AIM / max(place.used, AIM / FURTHEST))
        else:
            part = (AIM - place.used) / (beyond.used - place.used)
            share = place.share + (beyond.share - place.share) * max(LEAST, part)
        stands = way.at(share)
        if stands.used > 1.0:
            beyond = stands
        elif _better(taste, stands.wrote.after, place.wrote.after):
            place = replace(stands, came_from=place)
        else:
            break
    if stands.share != place.share:
        way.put(place.share)
    return place


def _better(taste: Taste, texts: Sequence[Sample], than: Sequence[Sample]) -> bool:
    """Whether the taste likes `texts` better, and no more of them say what is not to be shown."""
    new, old = ([sample.text for sample in side] for side in (texts, than))
    if _unsafe(new) > _unsafe(old):
        return False
    return fmean(taste(new)) > fmean(taste(old))


def _unsafe(texts: Sequence[str]) -> float:
    return fmean(trips(text) is not None for text in texts)
