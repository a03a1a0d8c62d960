"""The referee's arithmetic, pure: distances and shares of vectors, whoever made them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy import typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.picture.views import Numbers

Floats = npt.NDArray[np.floating]
AMONG = 100


def frechet(mean_a: Floats, cov_a: Floats, mean_b: Floats, cov_b: Floats) -> float:
    """The Fréchet distance of two Gaussians (Heusel 2017, arXiv:1706.08500): (D,) means, (D, D) covariances."""
    eigenvalues = np.linalg.eigvals(cov_a @ cov_b).real.clip(0)
    apart = ((mean_a - mean_b) ** 2).sum()
    return float(apart + np.trace(cov_a) + np.trace(cov_b) - 2 * np.sqrt(eigenvalues).sum())


def r_hits(match: Floats, concepts: Sequence[str], among: int = AMONG) -> npt.NDArray[np.bool_]:
    """Which pictures fit their own caption better than `among` - 1 others' (R-precision, Xu 2018, arXiv:1711.10485).

    `match`: (N, N), row i is how well picture i fits each caption. The others are drawn from a fixed seed, and are never
    of the picture's own concept. Where there are fewer, all of them.
    """
    rng, names = np.random.default_rng(0), np.array(concepts)
    hits = np.zeros(len(match), np.bool_)
    for i in range(len(match)):
        others = rng.permutation(len(match))
        others = others[names[others] != names[i]][: among - 1]
        hits[i] = match[i, i] > match[i, others].max(initial=-np.inf)
    return hits


def spread_ratio(rows: Floats) -> float:
    """How much z changes a picture, over how much the caption does. `rows`: (captions, seeds, D), standardised."""
    return float(rows.std(1).mean() / rows.mean(1).std(0).mean())


def nearest(small: Numbers, others: Numbers) -> Numbers:
    """The RMS difference of each of `small` (N, D) from the one of `others` (M, D) that is most like it: (N,)."""
    squares = (small**2).sum(1)[:, None] + (others**2).sum(1) - 2 * small @ others.T  # (N, M)
    # a small difference of large squares depends on the processor; of the one that is nearest it is taken as it is
    found: Numbers = np.sqrt(((small - others[squares.argmin(1)]) ** 2).mean(1))
    return found
