"""Which colours a picture shows, in fourteen plain words: every pixel counts for the word nearest to it in OKLab."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from generation.gan.training.oklch import oklab

ANCHORS: dict[str, tuple[int, int, int]] = {
    "black": (20, 20, 22), "white": (250, 250, 248), "gray": (140, 140, 142), "red": (215, 40, 40),
    "orange": (245, 140, 40), "yellow": (250, 215, 60), "green": (70, 160, 70), "teal": (30, 150, 150),
    "blue": (40, 80, 190), "light blue": (130, 200, 240), "purple": (130, 70, 180), "pink": (245, 140, 180),
    "brown": (120, 75, 45), "beige": (230, 205, 165),
}  # fmt: skip
WORDS = tuple(ANCHORS)
MOST = 3  # words a picture
LEAST_SHARE = 0.08  # of the pixels, for a second or third word
BITS = 5  # of each channel that the table of nearest words tells apart


def colour_words(rgb: npt.NDArray[np.uint8]) -> tuple[str, ...]:
    """One to three words for (height, width, 3) sRGB, the one with most pixels first."""
    shares = np.bincount(nearest(rgb).reshape(-1), minlength=len(WORDS)) / (rgb.size // 3)
    order = np.argsort(-shares, kind="stable")[:MOST]
    return tuple(WORDS[i] for rank, i in enumerate(order) if rank == 0 or shares[i] >= LEAST_SHARE)


def nearest(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """(...) The place in WORDS of the word for each pixel of (..., 3)."""
    red, green, blue = (rgb[..., i].astype(np.intp) >> (8 - BITS) for i in range(3))
    return np.asarray(_table().take((red << 2 * BITS) + (green << BITS) + blue), np.uint8)


@cache
def _table() -> npt.NDArray[np.uint8]:
    """(32 * 32 * 32,) The nearest anchor of each colour."""
    levels = (np.arange(2**BITS) + 0.5) * 2 ** (8 - BITS) - 0.5
    cube = oklab(np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), -1).reshape(-1, 3))
    anchors = oklab(np.array(list(ANCHORS.values())))
    apart = ((cube[:, None] - anchors[None]) ** 2).sum(-1)
    return np.asarray(apart.argmin(1), np.uint8)
