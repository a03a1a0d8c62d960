"""Real or made, and does it match the caption: a projected discriminator over a frozen network.

Projected GAN (Sauer 2021, arXiv:2111.01007): features of a pretrained network at four scales, mixed by fixed random
projections, judged place by place by small heads with spectral norm. The text enters each place as a projection
(Miyato 2018, arXiv:1802.05637). `Matcher` scores pictures against captions in one space (XMC-GAN, Zhang 2021,
arXiv:2101.04702; GALIP, Tao 2023, arXiv:2301.12959, with features of an image network in CLIP's place).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from generation.gan.text_encoder import TextCode
from generation.gan.training.backbone import WIDTHS

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAK = 0.2
MIXED = (64, 96, 128, 192)  # channels of the four scales after mixing
FEATURE_RMS = 6.0  # what the heads are given
HEAD = 128
SPACE = 192


class Mixing(nn.Module):
    """Fixed random 1x1 projections, across channels, then from coarse scales to fine."""

    def __init__(self) -> None:
        super().__init__()
        self.across = nn.ModuleList(_random(a, b) for a, b in zip(WIDTHS, MIXED, strict=True))
        self.down = nn.ModuleList(_random(b, a) for a, b in pairwise(MIXED))
        self.requires_grad_(requires_grad=False)

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """Four maps of RMS about 1, fine to coarse, to four of RMS about 6."""
        mixed = [across(x) for across, x in zip(self.across, maps, strict=True)]
        for at in range(len(mixed) - 2, -1, -1):
            coarse = functional.interpolate(
                mixed[at + 1], size=mixed[at].shape[-2:], mode="bilinear", align_corners=False
            )
            mixed[at] = (mixed[at] + self.down[at](coarse)) * 0.5**0.5
        return [x * FEATURE_RMS for x in mixed]


class Head(nn.Module):
    """One scale, judged at each of its places."""

    def __init__(self, wide: int, text: int, stride: int) -> None:
        super().__init__()
        self.first = spectral_norm(nn.Conv2d(wide, HEAD, 3, stride=stride, padding=1))
        self.second = spectral_norm(nn.Conv2d(HEAD, HEAD, 3, padding=1))
        self.score = spectral_norm(nn.Conv2d(HEAD, 1, 1))
        self.project = spectral_norm(nn.Linear(text, HEAD))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(N, wide, s, s) -> what each place holds (N, 128, s, s) and how real it is (N, 1, s, s)."""
        x = functional.leaky_relu(self.first(x), LEAK)
        x = functional.leaky_relu(self.second(x), LEAK)
        return x, self.score(x)


class Discriminator(nn.Module):
    """Features of pictures and the words of captions to scores."""

    def __init__(self, words: int, text: int = 256, looks: int = 0) -> None:
        super().__init__()
        self.mixing = Mixing()
        self.text = TextCode(words, text, looks)
        self.heads = nn.ModuleList(
            Head(wide, text + looks, 2 if at == 0 else 1) for at, wide in enumerate(MIXED)
        )

    def looked(self, maps: Sequence[Tensor]) -> list[tuple[Tensor, Tensor]]:
        """Four maps of features to what the heads see; no caption is needed for it."""
        return [head(x) for head, x in zip(self.heads, self.mixing(maps), strict=True)]

    def scores(self, looked: Sequence[tuple[Tensor, Tensor]], text: Tensor) -> list[Tensor]:
        """How real each place is, and how fitting: four (N, places) of any range, for text codes (N, text)."""
        found = []
        for head, (x, score) in zip(self.heads, looked, strict=True):
            assert isinstance(head, Head)
            fits = torch.einsum("nchw,nc->nhw", x.float(), head.project(text).float()) * HEAD**-0.5
            found.append((score.float()[:, 0] + fits).flatten(1))
        return found


class Matcher(nn.Module):
    """Pictures and captions in one space: unit vectors (N, 192) whose product says how well they fit."""

    def __init__(self, words: int, pooled: int, text: int = 256, looks: int = 0) -> None:
        super().__init__()
        self.text = TextCode(words, text, looks)
        self.of_text = nn.Sequential(nn.Linear(text + looks, 384), nn.GELU(), nn.Linear(384, SPACE))
        self.of_picture = nn.Sequential(
            nn.Dropout(0.1), nn.Linear(pooled, 512), nn.GELU(), nn.Dropout(0.1), nn.Linear(512, SPACE)
        )
        self.log_scale = nn.Parameter(torch.tensor(2.7))

    def picture(self, pooled: Tensor) -> Tensor:
        """(N, pooled) features -> (N, 192)."""
        return functional.normalize(self.of_picture(pooled).float(), dim=1)

    def caption(self, text: Tensor) -> Tensor:
        """(N, text) codes -> (N, 192)."""
        return functional.normalize(self.of_text(text).float(), dim=1)


def _random(wide_in: int, wide_out: int) -> nn.Conv2d:
    layer = nn.Conv2d(wide_in, wide_out, 1, bias=False)
    nn.init.normal_(layer.weight, std=wide_in**-0.5)
    return layer
