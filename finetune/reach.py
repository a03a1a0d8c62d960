"""How far a candidate goes from what serves: as far as it was trained to, or part of the way back.

A taste that is easily learnt takes a model further than the gates let it, for little more of what is liked. Weights between two
models are a model between them (Wortsman 2022, arXiv 2109.01903; for rewards and distances Ramé 2024, arXiv 2406.16768, LITI),
so that one that went too far comes back along its way until it is near enough, instead of being refused.
"""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from finetune.measured import distance
from finetune.samples import sampled
from finetune.themes import wishes
from generation.adapters import write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

    from finetune.measured import Contest

TRIES = 3
FAR = 0.1  # nats a token; the gate lets 0.15 through, on other themes, but variety is lost before that
SLACK = 1.05  # times that, for which no other try is worth while
TRIED = 12  # themes to learn from, on which that is measured
EACH = 6 / 16  # of the samples that a wish usually gets


def within_reach(
    contest: Contest, before: Mapping[str, Tensor], folder: Path, room: int
) -> tuple[Contest, float]:
    """The candidate, written to `contest.candidates`, and its share of the way from `before`, the weights by name that training
    began with, to those that the network has now; these become the candidate's. What is written on the way is kept in `folder`.

    Raises:
        SamplesError, AdapterError.
    """
    network, model = contest.network, contest.model
    learnt = {name: parameter.detach().clone() for name, parameter in network.parameters().items()}
    asked = wishes(contest.snapshot.examples, contest.snapshot.kind, "train", TRIED, contest.seed)
    share = 1.0
    for tried in range(1, TRIES + 1):
        for name, parameter in network.parameters().items():
            parameter.data.copy_(torch.lerp(before[name], learnt[name], share))
        digest = write(contest.candidates, network.config(), network.tensors(), base=model.base, manifest={})
        contest = replace(contest, digest=digest)
        file = folder / f"reach-{digest[:12]}.jsonl"
        pieces = sampled(
            file, model, contest.candidates, digest, asked, contest.seed, share=EACH, tell=lambda _done, _of: None
        )  # fmt: skip
        far = distance(contest, pieces, room)
        if far <= FAR * SLACK or tried == TRIES:
            break
        shutil.rmtree(contest.candidates / digest)
        share *= math.sqrt(FAR / far)  # as near nought a divergence grows with the square of the way
    return contest, share
