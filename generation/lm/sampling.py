"""One token for each row of a batch, out of its logits, by its own knobs and with its own key.

What a row gets depends on its own logits, knobs, key and tokens alone, whoever else is in the batch. In order: what a
constraint allows, repetition penalty (Keskar et al. 2019, arXiv 1909.05858) on what was written, temperature, top-k,
min-p (Nguyen et al. 2024, arXiv 2407.01082), top-p (Holtzman et al. 2019, arXiv 1904.09751).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from generation.wire.jobs import Sampling

COLDEST = 1e-4  # a temperature below it divides by nothing; the likeliest is what it means
RECENT = 128  # tokens that the repetition penalty looks back at
KEYS = 2**62
CANDIDATES = (128, 4096, 2**31)  # the likeliest that are looked at; more for the rows where more may be drawn


@dataclass(frozen=True, slots=True)
class Draw:
    """What decides one row's next token.

    `key` is uniform in [0, 2**62), the next of the row's own generator. `allowed`: (K,) ids that alone may come
    next; None: all.
    """

    how: Sampling
    made: Sequence[int]
    key: int
    allowed: Tensor | None = None


def draw(logits: Tensor, rows: Sequence[Draw]) -> list[int]:
    """The next token's id for each row. logits: (B, V) of any float type; not changed."""
    logits = logits.to(torch.float32, copy=True)  # (B, V)
    for n, row in enumerate(rows):
        if row.allowed is not None:
            only = torch.full_like(logits[n], -torch.inf)
            only[row.allowed] = logits[n, row.allowed]
            logits[n] = only
    _penalise(logits, rows)
    tokens = [0] * len(rows)
    cold = [n for n, row in enumerate(rows) if row.how.temperature < COLDEST]
    if cold:
        likeliest = (logits if len(cold) == len(rows) else logits[cold]).argmax(1)
        for n, token in zip(cold, likeliest.tolist(), strict=True):
            tokens[n] = token
    warm = [n for n, row in enumerate(rows) if row.how.temperature >= COLDEST]
    if warm:
        hot = logits if not cold else logits[warm]
        for n, token in zip(warm, _drawn(hot, [rows[n] for n in warm]), strict=True):
            tokens[n] = token
    return tokens


def _penalise(logits: Tensor, rows: Sequence[Draw]) -> None:
    """Divide (or multiply, below nought) by the penalty what was written lately."""
    seen = [list(set(row.made[-RECENT:])) if row.how.repetition_penalty != 1.0 else [] for row in rows]
    counts = torch.tensor([len(ids) for ids in seen])
    if not counts.any():
        return
    where = torch.arange(len(rows)).repeat_interleave(counts).to(logits.device)
    ids = torch.from_numpy(np.fromiter(itertools.chain.from_iterable(seen), np.int64)).to(logits.device)
    penalties = torch.tensor([row.how.repetition_penalty for row in rows])
    by = penalties.repeat_interleave(counts).to(logits.device)
    found = logits[where, ids]
    logits[where, ids] = torch.where(found > 0, found / by, found * by)


def _drawn(logits: Tensor, rows: Sequence[Draw]) -> list[int]:
    """A token for each of `rows`, all of which have some temperature."""
    tokens = [0] * len(rows)
    open_ = list(range(len(rows)))
    for few in CANDIDATES:
        count = min(few, logits.shape[1])
        those = [rows[n] for n in open_]
        values, ids = (logits if len(open_) == len(rows) else logits[open_]).topk(count)  # (B, K), descending
        bounds = torch.tensor([_bound(row.how) for row in those], device=logits.device) + values[:, 0]
        tops = torch.tensor([row.how.top_k or few + 1 for row in those], device=logits.device)
        kept = (values >= bounds[:, None]) & (torch.arange(count, device=logits.device) < tops[:, None])
        picked = _picked(values.where(kept, -torch.inf), ids, those)
        more = kept[:, -1].tolist() if count < logits.shape[1] else [False] * len(those)
        for n, token in zip(open_, picked, strict=True):
            tokens[n] = token
        open_ = [n for n, goes_on in zip(open_, more, strict=True) if goes_on]
        if not open_:
            break
    return tokens


def _bound(how: Sampling) -> float:
    """How far below the highest logit min-p lets one be: p >= min_p * highest p, in logits."""
    return how.temperature * math.log(how.min_p) if how.min_p > 0 else -math.inf


def _picked(values: Tensor, ids: Tensor, rows: Sequence[Draw]) -> list[int]:
    """Draw one of each row's candidates. values: (B, K), descending, -inf where there is none; ids: (B, K).

    By the Gumbel-max trick (Maddison et al. 2014, arXiv 1411.0030): the highest of log p + noise, where each token has
    its own noise. A rounding that lets two candidates change places then seldom changes which one is drawn.
    """
    device = values.device
    heat = torch.tensor([[row.how.temperature] for row in rows], device=device)
    likely = (values / heat).double().softmax(1)
    before = likely.cumsum(1) - likely
    nucleus = torch.tensor([[row.how.top_p] for row in rows], device=device)
    likely = likely.where(
        (before < nucleus) | (nucleus >= 1.0), 0.0
    )  # the one that crosses the bound still counts
    keys = torch.tensor([[row.key] for row in rows], device=device)
    best = (likely.log() + _gumbel(keys, ids)).argmax(1, keepdim=True)
    picked: list[int] = ids.gather(1, best)[:, 0].tolist()
    return picked


def _gumbel(keys: Tensor, ids: Tensor) -> Tensor:
    """Standard Gumbel noise, (B, K) float64, for each token of each key: splitmix64 (Steele et al. 2014) of both."""
    z = keys + (ids + 1) * -0x61C8864680B583EB
    z = (z ^ ((z >> 30) & 0x3FFFFFFFF)) * -0x40A7B892E31B1A47
    z = (z ^ ((z >> 27) & 0x1FFFFFFFFF)) * -0x6B2FB644ECCEEE15
    z = z ^ ((z >> 31) & 0x1FFFFFFFF)
    uniform = (((z >> 11) & 0x1FFFFFFFFFFFFF).double() + 0.5) * 2.0**-53
    return -(-uniform.log()).log()
