"""A token for each particle of a search, out of what its rules leave: temperature, min-p, and its own seed.

Faster than `sampling.py` for its purpose: all rows have the same knobs, and few tokens are left of any.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

MIN_P = 0.02  # tokens less likely than this share of the likeliest are not drawn (Nguyen et al. 2024, arXiv 2407.01082)


def drawn(scores: Tensor, temperature: float, generator: torch.Generator) -> list[int]:
    """A column for each row of scores, (M, C), by the Gumbel-max trick; -1 where all are -inf."""
    highest = scores.amax(1)  # (M,)
    bounds = highest + temperature * math.log(MIN_P)
    rows, columns = (scores >= bounds[:, None]).logical_and_(scores > -torch.inf).nonzero(as_tuple=True)
    noise = -torch.log(
        -torch.log(torch.rand(len(rows), generator=generator, dtype=torch.float64).clamp_min(1e-300))
    )
    lots = scores[rows, columns].double() / temperature + noise
    counts = torch.bincount(rows, minlength=len(scores))
    starts = counts.cumsum(0) - counts
    laid = torch.full((len(scores), int(counts.max()) if len(rows) else 1), -torch.inf, dtype=torch.float64)
    laid[rows, torch.arange(len(rows)) - starts[rows]] = lots
    best = laid.argmax(1) + starts
    found: list[int] = [
        int(columns[at]) if count else -1 for at, count in zip(best.tolist(), counts.tolist(), strict=True)
    ]
    return found
