"""Logistic regression with a ridge, over more numbers than there are examples: a few hundred examples, thousands of numbers.

Everything is done in the space that the examples span. With X (N, F) standardised, X = Z V' with Z (N, R) of their principal
components; a ridge on the weights of Z is the same ridge on those of X, so nothing is lost but the components beyond `MOST`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

MOST = 400  # components
STEPS, CLOSE = 30, 1e-8
TINY = 1e-6  # of a column's spread, below which it says nothing


@dataclass(frozen=True, slots=True)
class Space:
    """`coordinates`: (N, R) float64. `back(w)`: what weights of them are on the numbers as they came."""

    coordinates: Tensor
    axes: Tensor  # (F, R)
    middle: Tensor  # (F,)
    scale: Tensor  # (F,), what each number is multiplied by

    def back(self, weights: Tensor, bias: float) -> tuple[Tensor, float]:
        """(R,) weights and a bias to (F,) and a bias, for numbers that were not standardised."""
        raw = (self.axes @ weights) * self.scale
        return raw, bias - float(raw @ self.middle)


def space(blocks: Sequence[Tensor], most: int = MOST) -> Space:
    """Blocks of numbers, (N, F_b) each, beside each other; every block weighs the same: its rows have a mean square length of one. Of
    components the `most` that say most.
    """
    x = torch.cat([block.double() for block in blocks], 1)
    middle, spread = x.mean(0), x.std(0, correction=0)
    each = torch.cat([torch.full((block.shape[1],), block.shape[1] ** -0.5) for block in blocks]).double()
    scale = torch.where(spread > TINY, each / spread.clamp_min(TINY), 0.0)
    standard = (x - middle) * scale
    wide = standard.shape[1] >= len(standard)
    values, vectors = torch.linalg.eigh(standard @ standard.T if wide else standard.T @ standard)
    kept = min(most, int((values > 1e-9 * values.max().clamp_min(1e-300)).sum()))
    found = vectors[:, len(values) - kept :]
    if not wide:
        return Space(standard @ found, found, middle, scale)
    lengths = values[-kept:].clamp_min(1e-300).sqrt() if kept else values[:0]
    return Space(found * lengths, standard.T @ found / lengths, middle, scale)


def preferred(z: Tensor, won: Tensor, lost: Tensor, weights: Tensor, ridge: float) -> Tensor:
    """The (R,) weights w that minimise, over pairs of which one was preferred (Bradley and Terry 1952),

        sum_k weights_k * -log sigmoid((z[won_k] - z[lost_k]) w) + ridge / 2 * |w|^2

    z: (N, R); won, lost: (P,) row numbers; weights: (P,).
    """
    apart = z[won] - z[lost]
    sides = torch.cat([apart, -apart])  # as many one way as the other, so that no side is the better one
    target = torch.cat([torch.ones_like(weights), torch.zeros_like(weights)])
    return logistic(sides, target, weights.repeat(2) / 2, ridge)[0]


def logistic(z: Tensor, target: Tensor, weights: Tensor, ridge: float) -> tuple[Tensor, float]:
    """The (R,) weights w and the bias b that minimise, with p = sigmoid(z w + b),

        sum_i weights_i * (-target_i log p_i - (1 - target_i) log(1 - p_i)) + ridge / 2 * |w|^2

    z: (N, R), target: (N,) in [0, 1], weights: (N,). By Newton's method, halved where it would climb; the bias is free.
    """
    design = torch.cat([z, torch.ones(len(z), 1, dtype=z.dtype)], 1)
    penalty = torch.full((design.shape[1],), float(ridge), dtype=z.dtype)
    penalty[-1] = 1e-9
    found = torch.zeros(design.shape[1], dtype=z.dtype)

    def cost(w: Tensor) -> Tensor:
        score = design @ w
        surprise = torch.nn.functional.softplus(score) - target * score
        return (weights * surprise).sum() + (penalty * w * w).sum() / 2

    now = cost(found)
    for _ in range(STEPS):
        p = torch.sigmoid(design @ found)
        slope = design.T @ (weights * (p - target)) + penalty * found
        curve = (design * (weights * p * (1 - p)).unsqueeze(1)).T @ design + torch.diag(penalty)
        step = torch.linalg.solve(curve, slope)
        share = 1.0
        while (after := cost(found - share * step)) > now and share > 1e-4:
            share /= 2
        if after > now:
            break
        found, before, now = found - share * step, now, after
        if before - now <= CLOSE * (1 + abs(before)):
            break
    return found[:-1], float(found[-1])
