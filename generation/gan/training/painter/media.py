"""Media: how paint lies on its ground. First edges are moved as by hand, at twice the size; then, at the final size,
the surface is added: relief and canvas, washes and paper, or grain.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from generation.gan.training.painter.plane import Plane, plane_of, planes, to_image, to_picture

if TYPE_CHECKING:
    from generation.gan.training.painter.plane import Field, Image, Pixels
    from generation.gan.training.painter.subject import Medium, Rng

Picture = npt.NDArray[np.uint8]  # (side, side, 3)

WORDS: dict[Medium, tuple[str, str]] = {
    "oil": ("oil on canvas", "布面油画"),
    "watercolour": ("watercolour", "水彩"),
    "gouache": ("gouache on paper", "水粉"),
    "clean": ("flat graphic print", "平面版画"),
    "ink": ("ink on paper", "纸本水墨"),
}
RELIEF = 0.3  # light on a step of height from one pixel to the next, at 128 px
SPECKS = 0.005  # deviation of the finest grain, at 128 px
PAPER = planes((0.97, 0.96, 0.93))


def chosen(rng: Rng, *, brush: bool) -> Medium:
    """The medium of a family that has none of its own; thick paint is never watercolour."""
    lot = float(rng.random())
    if brush:
        return "oil" if lot < 0.65 else "gouache" if lot < 0.9 else "clean"
    return "oil" if lot < 0.4 else "watercolour" if lot < 0.62 else "gouache" if lot < 0.86 else "clean"


def finished(pixels: Pixels, medium: Medium, rng: Rng) -> Picture:
    """(2 side, 2 side, 4) drawn to (side, side, 3) painted."""
    plane = plane_of(len(pixels))
    if medium == "clean":
        return _halved(pixels)
    if medium == "oil":
        moved = _stirred(plane, pixels, rng, ((0.0035, 9),))
        return _oil(plane_of(plane.side // 2), _halved(moved), rng)
    if medium == "watercolour":
        moved = _stirred(plane, pixels, rng, ((0.006, 5), (0.003, 20)))
        return _watercolour(plane_of(plane.side // 2), _halved(moved), rng)
    moved = _stirred(plane, pixels, rng, ((0.0022, 12),))
    return _grained(plane_of(plane.side // 2), _halved(moved), rng)


def _stirred(plane: Plane, pixels: Pixels, rng: Rng, moves: tuple[tuple[float, int], ...]) -> Pixels:
    """Each pixel fetched from elsewhere: by how much of the side, and in how many waves across it."""
    down = across = np.zeros((), np.float32)
    for amount, cells in moves:
        down = down + np.float32(amount) * plane.noise(rng, cells, 3)
        across = across + np.float32(amount) * plane.noise(rng, cells, 3)
    return plane.moved(pixels, down, across)


def _halved(pixels: Pixels) -> Picture:
    """(2 side, 2 side, 4) to (side, side, 3) by means of 2 x 2 pixels."""
    return np.ascontiguousarray(np.asarray(Pillow.fromarray(pixels).reduce(2))[..., :3])


def _oil(plane: Plane, picture: Picture, rng: Rng) -> Picture:
    """Streaks of the brush that bend a little, lit from the upper left as low relief, over the weave of canvas."""
    image = to_image(picture)
    stretch = (0.5, 3.0) if rng.random() < 0.5 else (3.0, 0.5)
    bend = np.float32(0.02) * plane.noise(rng, 2, 2)
    streak = plane.drifted(plane.noise(rng, 16, 3, 0.6, stretch), bend, bend)
    height = (image[0] + image[1] + image[2]) * np.float32(0.33) + np.float32(0.06) * streak
    relief = np.zeros_like(height)
    relief[:-1] += height[1:] - height[:-1]
    relief[:, :-1] += height[:, 1:] - height[:, :-1]
    relief *= np.float32(RELIEF * plane.side / 128)
    image += np.clip(relief, -0.1, 0.1) + np.float32(0.017) * streak + _weave(plane.side)
    return to_picture(image)


@cache
def _weave(side: int) -> Field:
    """(side, side) The threads of a canvas, 64 each way."""
    plane = plane_of(side)
    return np.asarray(0.008 * np.sin(2 * np.pi * 64 * plane.x) * np.sin(2 * np.pi * 64 * plane.y), np.float32)


def _watercolour(plane: Plane, picture: Picture, rng: Rng) -> Picture:
    """Pigment in water: washes thick and thin, darker where they dried along an edge, on paper with a grain.

    Thickness is a power of what a colour lets through of the paper's light, so that dark washes stay dark.
    """
    image, soft = to_image(picture), _softened(picture)
    image += (soft - image) * np.float32(0.38)
    paler = soft - image
    rim = np.clip(np.float32(0.6) * (paler[0] + paler[1] + paler[2]), 0, 0.4)
    thick = np.clip(0.73 + 0.14 * plane.noise(rng, 4, 5, 0.6), 0.45, 1) + rim
    through = np.clip(image / PAPER, 0.02, 1)
    image = PAPER * np.exp(np.log(through) * thick)
    return to_picture(
        image + np.float32(0.010) * rng.standard_normal((plane.side, plane.side), dtype=np.float32)
    )


def _specks(plane: Plane, rng: Rng) -> Field:
    """(side, side) The finest grain: the fewer pixels, the more of it each one averages."""
    return np.float32(SPECKS * plane.side / 128) * rng.standard_normal(
        (plane.side, plane.side), dtype=np.float32
    )


def _softened(picture: Picture) -> Image:
    """(3, side, side) The picture as through a pane of wet glass: means of 2 x 2 pixels, spread smoothly."""
    image, side = Pillow.fromarray(picture), len(picture)
    return to_image(np.asarray(image.reduce(2).resize((side, side), Pillow.Resampling.BICUBIC)))


def _grained(plane: Plane, picture: Picture, rng: Rng) -> Picture:
    """The tooth of paper under an even coat."""
    grain = np.float32(0.013) * plane.noise(rng, 24, 3, 0.7)
    return to_picture(to_image(picture) + grain + _specks(plane, rng))
