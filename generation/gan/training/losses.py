"""What is minimised, each a pure function. Scores and logits are of any range; pictures are in [-1, 1]."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


def hinge_real(scores: Sequence[Tensor]) -> Tensor:
    """Lim & Ye 2017 (arXiv:1705.02894), equation 3: real ones should score above 1."""
    return torch.stack([functional.relu(1 - score).mean() for score in scores]).mean()


def hinge_made(scores: Sequence[Tensor]) -> Tensor:
    """The same: made ones, and real ones under a wrong caption (Reed 2016, arXiv:1605.05396), below -1."""
    return torch.stack([functional.relu(1 + score).mean() for score in scores]).mean()


def convincing(scores: Sequence[Tensor]) -> Tensor:
    """The generator's part of the hinge loss."""
    return -torch.stack([score.mean() for score in scores]).mean()


def match(pictures: Tensor, captions: Tensor, scale: Tensor, foils: Tensor, apart: Tensor) -> Tensor:
    """InfoNCE both ways (Radford 2021, arXiv:2103.00020, figure 3) over unit vectors (N, d) and (N, d).

    A picture is told from `foils` (M, d) too, captions of pictures that are not here, where `apart` (N, M) says that they are other ones.
    """
    logits = scale * pictures @ captions.T  # (N, N)
    more = (scale * pictures @ foils.T).masked_fill(~apart, -torch.inf)  # (N, M)
    own = torch.arange(len(logits), device=logits.device)
    of_pictures = functional.cross_entropy(torch.cat([logits, more], 1), own)
    return (of_pictures + functional.cross_entropy(logits.T, own)) / 2


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL of diagonal Gaussians (N, z) from the standard one, in nats, one a row (Kingma 2014, arXiv:1312.6114, appendix B)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1)


def capacity(nats: Tensor, wanted: float) -> Tensor:
    """Hold what a latent tells of its picture near `wanted` nats (Burgess 2018, arXiv:1804.03599, equation 8)."""
    return (nats.mean() - wanted).abs()


def likeness(made: Sequence[Tensor], real: Sequence[Tensor]) -> Tensor:
    """Mean distance of features, map by map (Johnson 2016, arXiv:1603.08155, with L1)."""
    return torch.stack([(a.float() - b.float()).abs().mean() for a, b in zip(made, real, strict=True)]).mean()


def colour_likeness(made: Tensor, real: Tensor) -> Tensor:
    """L1 between pictures (N, 3, s, s) as they are and at a quarter of the size, in equal parts."""
    coarse = functional.avg_pool2d(made, 4) - functional.avg_pool2d(real, 4)
    return ((made - real).abs().mean() + coarse.abs().mean()) / 2


def unlike_alpha(made: Tensor, real: Tensor, counts: Tensor) -> Tensor:
    """L1 between alphas (N, 1, s, s) in [0, 1] of those pictures that count (N,), meaned over all."""
    return ((made - real).abs().mean((1, 2, 3)) * counts).mean()


def out_of_range(colours: Tensor) -> Tensor:
    """Mean square by which colours leave [-1, 1]; without it the sums over scales run away."""
    return functional.relu(colours.abs() - 1).square().mean()


def sameness(these: Tensor, those: Tensor, wanted: float) -> Tensor:
    """How far pairs under one caption and with two latents are from `wanted` times what pairs under two captions differ by, in [0, 1];
    in a way of mode seeking (Mao 2019, arXiv:1903.05628) whose bound needs no unit. these, those: (K, D) are the pairs' features; fewer
    than two pairs have none to be compared with, and cost nothing.
    """
    if len(these) < 2:
        return these.sum() * 0
    apart = (these - those).square().mean(1).add(1e-8).sqrt()  # (K,)
    captions = (these - those.roll(1, 0)).detach().square().mean(1).sqrt().mean()
    return functional.relu(1 - apart / (wanted * captions)).mean()
