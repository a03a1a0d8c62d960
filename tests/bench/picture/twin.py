"""A twin of `generation.gan.pictures.PictureModel` without weights: a disc, its colour by the words, its place by the seed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import torch

from bench.picture.colours import COLOURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.picture.views import Pixels

RGB = (
    (220, 20, 20),
    (240, 130, 10),
    (240, 220, 10),
    (20, 160, 40),
    (20, 60, 220),
    (130, 30, 190),
    (240, 60, 180),
)


class Twin:
    """Hears colour words and nothing else; counts the captions that it read."""

    name, digest, side = "twin", "0" * 64, 32

    def __init__(self) -> None:
        self.read: list[str] = []

    def codes(self, captions: Sequence[str]) -> torch.Tensor:
        self.read += captions
        return torch.tensor([[float(colour(caption))] for caption in captions])

    def latents(self, seeds: Sequence[Sequence[int]]) -> torch.Tensor:
        return torch.tensor([[float(sum(some) % 9)] for some in seeds])

    def styles(self, codes: torch.Tensor, latents: torch.Tensor) -> torch.Tensor:
        return torch.cat([codes, latents], 1)

    def paint(self, styles: torch.Tensor) -> Pixels:
        down, across = np.mgrid[: self.side, : self.side]
        pictures = np.zeros((len(styles), self.side, self.side, 4), np.uint8)
        for picture, (which, place) in zip(pictures, styles.tolist(), strict=True):
            disc = (down - 12 - place) ** 2 + (across - 16) ** 2 < 64
            picture[disc] = (*RGB[round(which) % len(RGB)], 255)
        return pictures


def colour(caption: str) -> int:
    """The first colour word that `caption` has, or one by its letters."""
    for at, word in enumerate(COLOURS):
        if f" {word} " in f" {caption} ":
            return at
    return hashlib.sha256(caption.encode()).digest()[0] % len(COLOURS)
