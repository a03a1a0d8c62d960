"""Parts of the evidence that are held out in turn, and how well what was not seen is told apart. Pure."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


def folds(groups: Sequence[str], count: int, seed: int) -> Tensor:
    """The number of each example's fold, (N,) in 0 to `count` - 1; no group is in two. The largest groups are dealt first, each
    to the smallest fold, so folds are of about one size.
    """
    sizes = Counter(groups)
    order = sorted(sizes)
    random.Random(seed).shuffle(order)  # noqa: S311 - no secret
    order.sort(key=lambda group: -sizes[group])  # stable: of equals, those first that chance put first
    filled, of = [0] * count, {}
    for group in order:
        smallest = min(range(count), key=lambda fold: (filled[fold], fold))
        of[group] = smallest
        filled[smallest] += sizes[group]
    return torch.tensor([of[group] for group in groups])


def auc(scores: Tensor, liked: Tensor, weights: Tensor) -> float:
    """How often a liked example scores higher than one that is not, of all such pairs, each by the product of its weights; equals
    count half. All are (N,), `liked` is boolean. 0.5 where there is no pair.
    """
    values, rank_of = torch.unique(scores, return_inverse=True)
    w, up = weights.double(), liked
    good = torch.zeros(len(values), dtype=torch.float64).index_add_(0, rank_of, w * up)
    bad = torch.zeros(len(values), dtype=torch.float64).index_add_(0, rank_of, w * ~up)
    pairs = float(good.sum() * bad.sum())
    below = bad.cumsum(0) - bad
    return float((good * (below + bad / 2)).sum()) / pairs if pairs > 0 else 0.5
