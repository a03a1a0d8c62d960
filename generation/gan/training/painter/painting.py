"""A painting: its pixels, what was drawn, and what was measured afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from generation.gan.training.painter.colour_words import colour_words
from generation.gan.training.painter.families import FAMILIES
from generation.gan.training.painter.media import chosen, finished
from generation.gan.training.painter.palette import Palette
from generation.gan.training.painter.plane import plane_of

if TYPE_CHECKING:
    from generation.gan.training.painter.subject import Medium, Subject

SIDES = (64, 128)
MEASURED_AT = 64  # px a side; so that words do not depend on the size asked for
WARM, COOL = 28.0, -14.0  # mean of red less blue, of 255
BRIGHT, DARK = 165.0, 85.0  # mean of the channels
STRONG, SOFT = 62.0, 30.0  # deviation of that mean over the picture
DENSE, SPARSE = 37.0, 10.5  # edges: mean step from a pixel to the next, across and down added


@dataclass(frozen=True, slots=True, eq=False)
class Painting:
    """`rgb` (side, side, 3) uint8 sRGB. `colours` are one to three words, most pixels first."""

    seed: int
    rgb: npt.NDArray[np.uint8]
    subject: Subject
    palette: Palette
    medium: Medium
    temperature: Literal["warm", "cool", "balanced"]
    tone: Literal["dark", "bright", "medium"]
    contrast: Literal["strong contrast", "soft contrast", ""]
    density: Literal["dense", "sparse", ""]
    edges: float
    colours: tuple[str, ...]


def paint(seed: int, side: int = 128) -> Painting:
    """The painting of a seed (not negative): the same one at 64 and at 128 px, but for the grain of its surface."""
    if side not in SIDES:
        raise ValueError(f"A painting is 64 or 128 px a side, not {side}.")
    rng = np.random.default_rng(seed)
    family = FAMILIES[int(rng.integers(len(FAMILIES)))]
    work = family(rng, Palette.draw(rng), plane_of(2 * side))
    subject = work.subject
    medium = subject.medium or chosen(rng, brush=subject.brush)
    mirrored = rng.random() < 0.12 and not subject.upright
    pixels = np.ascontiguousarray(work.pixels[:, ::-1]) if mirrored else work.pixels
    return _measured(seed, finished(pixels, medium, rng), subject, work.palette, medium)


def _measured(
    seed: int, rgb: npt.NDArray[np.uint8], subject: Subject, palette: Palette, medium: Medium
) -> Painting:
    fold = len(rgb) // MEASURED_AT
    small = np.asarray(Pillow.fromarray(rgb).reduce(fold) if fold > 1 else rgb)
    red, green, blue = (small[..., channel].astype(np.float32) for channel in range(3))
    grey = (red + green + blue) / 3
    warmth, lightness, spread = float(red.mean() - blue.mean()), float(grey.mean()), float(grey.std())
    edges = float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())
    return Painting(
        seed=seed,
        rgb=rgb,
        subject=subject,
        palette=palette,
        medium=medium,
        temperature="warm" if warmth > WARM else "cool" if warmth < COOL else "balanced",
        tone="dark" if lightness < DARK else "bright" if lightness > BRIGHT else "medium",
        contrast="strong contrast" if spread > STRONG else "soft contrast" if spread < SOFT else "",
        density="dense" if edges > DENSE else "sparse" if edges < SPARSE else "",
        edges=round(edges, 2),
        colours=colour_words(rgb[::fold, ::fold]),
    )
