"""How far a candidate goes from what serves: as far as it was trained to, or part of the way back.

A taste that is easily learnt takes a model further than the gates let it, for little more of what is liked. Weights between two
models are a model between them (Wortsman 2022, arXiv 2109.01903; for rewards and distances Ramé 2024, arXiv 2406.16768, LITI),
so that one that went too far comes back along its way, instead of being refused: until gates that look at nothing but what both sides
write (`finetune.gates.used_up`) let it through, or it has come back twice.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from finetune.gates import used_up
from finetune.measured import written
from finetune.samples import SamplesError
from generation.adapters import write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from torch import Tensor

    from finetune.gates import Written
    from finetune.measured import Contest

TRIES = 3
AIM = 0.9  # of what the gates allow, to which one comes back that used up more
LEAST = 0.5  # of the way to where it was, at a time: what is measured is not so sure


def within_reach(
    contest: Contest, before: Mapping[str, Tensor], folder: Path, room: int, tell: Callable[[int, int], None]
) -> tuple[Contest, float, Written]:
    """The candidate, written to `contest.candidates`, its share of the way from `before`, the weights by name that training began
    with, to those that the network has now, and what was written meanwhile. The candidate's weights become the network's. What
    is made on the way is kept in `folder`; `tell` hears how many pieces there are, and of how many.

    Raises:
        SamplesError: also where neither could make anything. AdapterError.
    """
    network, model = contest.network, contest.model
    learnt = {name: parameter.detach().clone() for name, parameter in network.parameters().items()}
    share, tried, most = 1.0, 1, 0

    def forward(done: int, of: int) -> None:
        nonlocal most
        if done > most:  # what serves has written already where the candidate writes once more
            most = done
            tell(done, of)

    while True:
        # also what a run left half made or half deleted that was killed
        shutil.rmtree(contest.candidates, ignore_errors=True)
        for name, parameter in network.parameters().items():
            parameter.data.copy_(torch.lerp(before[name], learnt[name], share))
        digest = write(contest.candidates, network.config(), network.tensors(), base=model.base, manifest={})
        contest = replace(contest, digest=digest)
        wrote = written(contest, folder, room, forward)
        used = used_up(wrote)
        if used <= 1.0 or tried == TRIES:
            if not wrote.after:
                raise SamplesError("The candidate wrote nothing that could be measured.")
            return contest, share, wrote
        share *= max(LEAST, AIM / used)
        tried += 1
