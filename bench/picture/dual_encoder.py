"""Pictures and captions in one space of 192 numbers (contrastive, as CLIP: Radford 2021, arXiv:2103.00020)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

CAPTION, HIDDEN, SPACE = 384, 384, 192


class DualEncoder(nn.Module):
    """Fitted once on the training pictures; `judge.safetensors` has its weights. Frozen."""

    mean: Tensor
    std: Tensor

    def __init__(self, wide: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(wide))
        self.register_buffer("std", torch.ones(wide))
        # The dropout of its fitting keeps the layers at the numbers that the file names.
        self.of_picture = nn.Sequential(
            nn.Dropout(0.3), nn.Linear(wide, HIDDEN), nn.GELU(), nn.Dropout(0.3), nn.Linear(HIDDEN, SPACE)
        )
        self.of_caption = nn.Sequential(
            nn.Dropout(0.1), nn.Linear(CAPTION, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, SPACE)
        )
        self.straight = nn.Linear(CAPTION, SPACE)
        self.log_scale = nn.Parameter(torch.tensor(2.7))

    def pictures(self, features: Tensor) -> Tensor:
        """(N, D) features to (N, 192) of length 1."""
        return functional.normalize(self.of_picture((features - self.mean) / self.std), dim=1)

    def captions(self, vectors: Tensor) -> Tensor:
        """(N, 384) sentence vectors to (N, 192) of length 1."""
        return functional.normalize(self.of_caption(vectors) + self.straight(vectors), dim=1)
