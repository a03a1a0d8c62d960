"""The plane cut into pieces: mosaics and stained glass, facets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generation.gan.training.painter.board import Board, S, edged
from generation.gan.training.painter.palette import mixed, scaled
from generation.gan.training.painter.plane import blend, planes, smooth, to_pixels
from generation.gan.training.painter.subject import Subject, Work

if TYPE_CHECKING:
    import numpy.typing as npt

    from generation.gan.training.oklch import Colour
    from generation.gan.training.painter.palette import Palette
    from generation.gan.training.painter.plane import Field, Plane
    from generation.gan.training.painter.subject import Rng

LEAD: Colour = (0.07, 0.07, 0.08)
GROUT: Colour = (0.72, 0.70, 0.66)


def mosaic(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Cells around jittered points: tiles with a lit edge in pale joints, or glass that glows between black lead."""
    side = int(np.sqrt(rng.integers(25, 260)))
    jitter = rng.uniform(0.08, 0.92, (side, side, 2)).astype(np.float32)
    own, gap = _cells(plane, jitter)
    columns, rows = np.meshgrid(np.arange(side), np.arange(side))
    points = (np.stack([columns, rows], -1) + jitter).reshape(-1, 2) / side
    tone = plane.at(plane.noise(rng, 2, 2), points)
    glass = bool(rng.random() < 0.5)
    colours = palette.by_light if rng.random() < 0.5 else palette.colours
    which = np.clip((tone + 1.7) / 3.4 * len(colours) + rng.normal(0, 0.5, len(tone)), 0, len(colours) - 1)
    shade = rng.normal(0, 0.04, (len(tone), 1))
    table = (np.array(colours)[which.astype(int)] + shade).astype(np.float32)
    image = np.ascontiguousarray(table.T).take(own, 1)
    across = np.float32(1 / side)  # about the width of a cell
    if glass:
        image *= 0.9 + 0.3 * smooth(gap / across) + np.float32(0.05) * plane.noise(rng, 7, 3)
    else:
        slope = np.gradient(np.minimum(gap, 0.3 * across))
        image += np.clip((slope[0] + slope[1]) * np.float32(0.05 * plane.side), -0.09, 0.09)
    joint = (0.075 if glass else 0.06) * across + 0.002
    grout = mixed(palette.ground, GROUT, 0.6) if palette.dark else palette.ground
    blend(image, planes(LEAD if glass else grout), 1 - smooth((gap - joint) / np.float32(0.010)))
    if glass:
        what: tuple[str, ...] = ("stained glass pieces", "black lead lines", "glowing cells")
        subject = Subject("stained glass", "彩色玻璃", what, "彩色玻璃碎片", ("luminous", "festive"), "明亮")
    else:
        size = "mosaic of small tiles" if side * side > 120 else "mosaic of large pieces"
        subject = Subject(
            "mosaic",
            "马赛克",
            (size, "irregular tiles"),
            "不规则的小块",
            ("ornate", "rich in detail"),
            "精致",
        )
    return Work(to_pixels(image), subject, palette)


def _cells(plane: Plane, jitter: Field) -> tuple[npt.NDArray[np.intp], Field]:
    """For each pixel the nearest of the points, one in each square of a board, and how much farther the next one is.

    Only the nine squares around a pixel are looked at (Worley 1996).
    """
    side = len(jitter)
    rim = np.pad(jitter, ((1, 1), (1, 1), (0, 0)), constant_values=9.0)
    rows, columns = (plane.y * side).astype(np.intp), (plane.x * side).astype(np.intp)
    nearest = np.full((plane.side, plane.side), 99, np.float32)
    second = nearest.copy()
    own = np.zeros((plane.side, plane.side), np.intp)
    flat = rim.reshape(-1, 2)
    for down in range(3):
        for right in range(3):
            at = (rows + down) * (side + 2) + columns + right
            dx = flat[:, 0].take(at) + (columns + (right - 1) - plane.x * side).astype(np.float32)
            dy = flat[:, 1].take(at) + (rows + (down - 1) - plane.y * side).astype(np.float32)
            apart = dx * dx + dy * dy
            closer = apart < nearest
            np.minimum(second, np.where(closer, nearest, apart), out=second)
            np.copyto(nearest, apart, where=closer)
            np.copyto(own, (rows + (down - 1)) * side + columns + (right - 1), where=closer)
    return own, np.asarray((np.sqrt(second) - np.sqrt(nearest)) / side, np.float32)


def facets(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Triangles over a bent board, each as light as its own slope towards one lamp makes it."""
    side = int(rng.integers(3, 8))
    columns, rows = np.meshgrid(np.arange(side + 3) - 1.0, np.arange(side + 3) - 1.0)
    corners = (np.stack([columns, rows], -1) + rng.uniform(-0.4, 0.4, (side + 3, side + 3, 2))) / side * S
    heights = rng.normal(0, 0.16, (side + 3, side + 3))
    board, zone, colours = Board(plane, palette.ground), plane.noise(rng, 2, 2), palette.by_light
    triangles = _halved(rng, side + 2)
    points, lamp = corners.reshape(-1, 2)[triangles], float(rng.uniform(0, 2 * np.pi))
    slope = _slope(points / S * side, heights.reshape(-1)[triangles]) @ (np.cos(lamp), np.sin(lamp))
    light = np.clip(1 + 0.5 * slope, 0.8, 1.17).tolist()
    tone = plane.at(zone, points.mean(1) / S)
    place = (tone + 1.6) / 3.2 * len(colours) + rng.normal(0, 0.55, len(tone))
    which = np.clip(place, 0, len(colours) - 1).astype(int).tolist()
    for i, triangle in enumerate(points):
        colour = scaled(colours[which[i]], light[i])
        board.poly(triangle, edged(colour, 1))
    what = (
        "triangles and facets",
        "broken planes",
        "crystal shapes",
        "large facets" if side < 5 else "many small triangles",
    )
    return Work(
        board.pixels,
        Subject("facets", "立体切面", what, "三角形切面", ("sharp", "crystalline"), "锐利"),
        palette,
    )


def _halved(rng: Rng, side: int) -> npt.NDArray[np.intp]:
    """(2 side², 3) The squares of a board with side + 1 corners a row, each cut in two along one diagonal or the other."""
    first = (np.arange(side)[:, None] * (side + 1) + np.arange(side)).reshape(-1, 1)
    square = first + np.array((0, 1, side + 2, side + 1))
    one = np.stack([square[:, (0, 1, 2)], square[:, (0, 2, 3)]], 1)
    other = np.stack([square[:, (0, 1, 3)], square[:, (1, 2, 3)]], 1)
    return np.where(rng.random((len(square), 1, 1)) < 0.5, one, other).reshape(-1, 3)


def _slope(points: npt.NDArray[np.float64], heights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(n, 2) The slopes of the planes through three points each (n, 3, 2) at their heights (n, 3)."""
    one, other = points[:, 1] - points[:, 0], points[:, 2] - points[:, 0]
    up, over = heights[:, 1] - heights[:, 0], heights[:, 2] - heights[:, 0]
    area = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    area = np.where(np.abs(area) > 0.05, area, 0.05)
    return (
        np.stack([up * other[:, 1] - over * one[:, 1], over * one[:, 0] - up * other[:, 0]], 1)
        / area[:, None]
    )
