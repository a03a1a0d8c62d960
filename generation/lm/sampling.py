"""One token out of one row's logits. Pure but for the generator, which is the row's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.wire.jobs import Sampling

COLDEST = 1e-4  # a temperature below it divides by nothing; the likeliest is what it means
RECENT = 128  # tokens that the repetition penalty looks back at


def draw(logits: torch.Tensor, made: Sequence[int], how: Sampling, generator: torch.Generator) -> int:
    """The next token's id. logits: (V,) float32 on the CPU; `made` is what the row has written so far.

    In order: repetition penalty (Keskar et al. 2019, arXiv 1909.05858) on what was written, temperature, top-k,
    min-p (Nguyen et al. 2024, arXiv 2407.01082), top-p (Holtzman et al. 2019, arXiv 1904.09751).
    """
    if made and how.repetition_penalty != 1.0:
        logits = _penalised(logits, made[-RECENT:], how.repetition_penalty)
    if how.temperature < COLDEST:
        return int(logits.argmax())
    logits = logits / how.temperature
    if 0 < how.top_k < logits.numel():
        logits = torch.where(logits < logits.topk(how.top_k).values[-1], -torch.inf, logits)
    probabilities = logits.softmax(-1)
    (kept,) = (probabilities >= how.min_p * probabilities.max()).nonzero(as_tuple=True)
    likely, order = probabilities[kept].sort(descending=True, stable=True)
    if how.top_p < 1.0:
        likely = likely / likely.sum()
        likely = likely[likely.cumsum(-1) - likely < how.top_p]  # the one that crosses the bound still counts
    choice = torch.multinomial(likely, 1, generator=generator)
    return int(kept[order[choice]])


def _penalised(logits: torch.Tensor, made: Sequence[int], penalty: float) -> torch.Tensor:
    seen = torch.tensor(sorted(set(made)))
    found = logits[seen]
    return logits.index_copy(0, seen, torch.where(found > 0, found / penalty, found * penalty))
