"""A picture as the referee sees it: on white, 64 px; and as small as copies are looked for in, 16 px."""

from __future__ import annotations

import numpy as np
from numpy import typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]  # (N, 64, 64, 3), or RGBA as a network paints it, in 0..255
Numbers = npt.NDArray[np.float32]

SIDE = 64
SMALL = 16


def on_white(image: Image.Image) -> Image.Image:
    """Any picture, transparent or not, as RGB on white."""
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def view(image: Image.Image) -> Pixels:
    """Any picture, of any size, as (64, 64, 3)."""
    return np.asarray(on_white(image).resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def thumbnails(pictures: Pixels) -> Numbers:
    """(N, 64, 64, 3) to (N, 16 * 16 * 3) in [0, 1]: the mean of each 4x4."""
    of = SIDE // SMALL
    blocks = pictures.reshape(len(pictures), SMALL, of, SMALL, of, 3).astype(np.float32)
    means: Numbers = blocks.mean((2, 4)).reshape(len(pictures), -1) / 255
    return means
