"""Which latent a real picture came from: what its caption leaves open, in a few nats.

As BicycleGAN's cVAE part (Zhu 2017, arXiv:1711.11586): a made picture with the latent of a real one is compared with
that one, which teaches identity directly, and makes the latent mean what captions leave out. Not needed to paint.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from generation.gan.training.backbone import POOLED

THUMBNAIL = 16


class Posterior(nn.Module):
    """Pictures by their thumbnail and pooled features, to a diagonal Gaussian over latents."""

    def __init__(self, z: int, wide: int = 512) -> None:
        super().__init__()
        self.colours = nn.Linear(3 * THUMBNAIL**2, wide)
        self.features = nn.Linear(POOLED, wide)
        last = nn.Linear(wide, 2 * z)
        nn.init.zeros_(last.weight)
        self.rest = nn.Sequential(nn.Linear(wide, wide), nn.LeakyReLU(0.2), last)

    def forward(self, pictures: Tensor, pooled: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, s, s) in [-1, 1], (N, POOLED) -> mean and log variance, each (N, z)."""
        thumbnails = functional.adaptive_avg_pool2d(pictures, THUMBNAIL).flatten(1)
        x = functional.leaky_relu(self.colours(thumbnails) + self.features(pooled), 0.2)
        mean, log_variance = self.rest(x).chunk(2, 1)
        return mean, log_variance.clamp(-8, 2)


def draw_latent(mean: Tensor, log_variance: Tensor) -> Tensor:
    """(N, z) from the posterior, with a gradient."""
    return mean + (log_variance / 2).exp() * torch.randn_like(mean)
