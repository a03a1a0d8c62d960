"""Abstract paintings by rule, with captions that are true of them: 28 families, 20 palettes, five media.

`paint(seed)` is a `Painting`, `captions(painting)` words it, and `fresh(seed, side)` does both for a training, which
so never sees the same painting twice. A seed gives the same painting on one machine; on another, a pixel may round
the other way. Needs numpy, Pillow and skia; with OPENBLAS_NUM_THREADS=1 it keeps to one core. It is this project's
own work, Apache-2.0, as are the pictures it makes; no outside material is in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.gan.training.painter.captions import Captions, captions
from generation.gan.training.painter.colour_words import colour_words
from generation.gan.training.painter.families import NAMES as FAMILY_NAMES
from generation.gan.training.painter.painting import Painting, paint
from generation.gan.training.painter.palette import NAMES as PALETTE_NAMES

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = [
    "FAMILY_NAMES",
    "PALETTE_NAMES",
    "Captions",
    "Painting",
    "captions",
    "colour_words",
    "fresh",
    "paint",
]


def fresh(seed: int, side: int) -> tuple[npt.NDArray[np.uint8], tuple[str, ...]]:
    """(side, side, 3) uint8 sRGB, side 64 or 128, and five or six English captions of it."""
    painting = paint(seed, side)
    return painting.rgb, captions(painting).en
