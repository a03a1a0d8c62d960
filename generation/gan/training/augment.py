"""What both real and made pictures go through before the discriminator sees them.

DiffAugment (Zhao 2020, arXiv:2006.10738): differentiable, the same draws for the pictures of a pair. Edges that come
into sight show the picture's own ground. What is seen may be larger than the picture: the judges' frozen network learnt
from photographs of 224 px, and tells more of a picture that fills more of its places.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Draws:
    """One draw a picture, which is seen at s px."""

    affine: Tensor  # (N, 2, 3)
    gain: Tensor  # (N, 3, 1, 1)
    shift: Tensor  # (N, 3, 1, 1)
    hole: Tensor  # (N, 1, s, s), 0 where nothing is seen

    def of(self, rows: Tensor) -> Draws:
        """Those of `rows`, (M,), each as often as it is named."""
        return Draws(self.affine[rows], self.gain[rows], self.shift[rows], self.hole[rows])


def draw(n: int, side: int, *, strength: float = 0.1, cut: float = 0.35) -> Draws:
    """Draws for `n` pictures, seen at `side` px: moved by up to an eighth, scaled by 0.85 to 1.18, colours by `strength`."""
    scale = torch.exp((torch.rand(n) * 2 - 1) * 0.16)
    stretch = torch.exp((torch.rand(n) * 2 - 1) * 0.08)
    angle = (torch.rand(n) * 2 - 1) * 0.12
    move = (torch.rand(n, 2) * 2 - 1) * 0.2
    affine = torch.stack(
        [
            torch.stack([scale * stretch * angle.cos(), -scale * angle.sin(), move[:, 0]], 1),
            torch.stack([scale * angle.sin(), scale / stretch * angle.cos(), move[:, 1]], 1),
        ],
        1,
    )
    gain = 1 + (torch.rand(n, 1, 1, 1) * 2 - 1) * strength * 2 + (torch.rand(n, 3, 1, 1) * 2 - 1) * strength
    shift = (torch.rand(n, 1, 1, 1) * 2 - 1) * strength * 2
    place = torch.arange(side)
    top, left = (torch.randint(-side // 4, side, (n, 1)) for _ in range(2))
    rows = (place >= top) & (place < top + int(side * cut))  # (N, s)
    columns = (place >= left) & (place < left + int(side * cut))
    hole = 1 - (rows[:, :, None] & columns[:, None, :]).float()[:, None]
    return Draws(affine, gain, shift.expand(n, 3, 1, 1), hole)


def augment(pictures: Tensor, ground: Tensor, draws: Draws) -> Tensor:
    """(N, 3, side, side) in [-1, 1] on their grounds (N, 3, 1, 1) -> (N, 3, s, s), as `draws` says."""
    seen = [*pictures.shape[:2], *draws.hole.shape[-2:]]
    grid = functional.affine_grid(draws.affine, seen, align_corners=False)
    moved = functional.grid_sample(pictures - ground, grid, align_corners=False) + ground
    return (moved * draws.gain + draws.shift) * draws.hole
