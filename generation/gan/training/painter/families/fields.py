"""Colour in rectangles: colour fields, grids, stripes."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from generation.gan.training.painter.board import Board, S, fill, stroke
from generation.gan.training.painter.palette import mixed, scaled
from generation.gan.training.painter.plane import blend, planes, smooth, to_pixels
from generation.gan.training.painter.strokes import parted
from generation.gan.training.painter.subject import Subject, Work, counted

if TYPE_CHECKING:
    from generation.gan.training.oklch import Colour
    from generation.gan.training.painter.palette import Palette
    from generation.gan.training.painter.plane import Plane
    from generation.gan.training.painter.subject import Rng

BLACK: Colour = (0.08, 0.08, 0.09)
CANVAS: Colour = (0.95, 0.94, 0.90)  # white that has aged


def colour_fields(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Soft blocks above each other on a ground, each with a glow of another colour under its edge, after Rothko."""
    count = int(rng.integers(2, 5))
    image = plane.flat(palette.ground) + np.float32(0.014) * plane.noise(rng, 5)
    shares = 0.45 / count + 0.55 * rng.dirichlet(np.full(count, 2.0))
    edges = 0.05 + 0.9 * np.concatenate([[0.0], np.cumsum(shares)])
    last = palette.ground
    for top, bottom in pairwise(edges.tolist()):
        colour = palette.pick(rng, away=(palette.ground, last))
        inset = float(rng.uniform(0.055, 0.085))
        down = np.minimum(plane.y - top - 0.014, bottom - 0.014 - plane.y)
        across = np.minimum(plane.x - inset, 1 - inset - plane.x)
        inside = np.minimum(down, across) + 0.008 * plane.noise(rng, 8)
        feather = float(rng.uniform(0.03, 0.055))
        glow = np.float32(0.5) * smooth(inside / (2.5 * feather) + 0.6)
        blend(image, planes(mixed(colour, last, 0.5)), glow)
        thick = np.clip(0.87 + 0.1 * plane.noise(rng, 5, 4, stretch=(0.6, 2)), 0.3, 1)
        hue = planes(colour) + np.float32(0.028) * plane.noise(rng, 5, 5, stretch=(0.5, 3))
        blend(image, hue, smooth(inside / feather + 0.5) * thick)
        last = colour
    what = (f"{counted(count, 'soft block')} of colour", "soft edges", "stacked rectangles")
    subject = Subject(
        "colour field", "色域绘画", what, "柔和的色块", ("calm", "quiet", "meditative"), "宁静", upright=True
    )
    return Work(to_pixels(image), subject, palette)


def grid(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Black lines of several widths, some of the fields between them filled, after Mondrian."""
    ground = CANVAS if palette.dark else palette.ground
    board = Board(plane, ground)
    columns = [0.0, *(S * x for x in parted(rng, int(rng.integers(2, 6)), 0.08, 0.92, 0.06)), S]
    rows = [0.0, *(S * y for y in parted(rng, int(rng.integers(2, 6)), 0.08, 0.92, 0.06)), S]
    fields = [(i, j) for i in range(len(rows) - 1) for j in range(len(columns) - 1)]
    filled = {field for field in fields if rng.random() < 0.4} or {fields[int(rng.integers(len(fields)))]}
    painted: dict[tuple[int, int], Colour] = {}
    for i, j in fields:
        near = tuple(painted[k] for k in ((i - 1, j), (i, j - 1)) if k in painted)
        colour = scaled(ground, float(rng.uniform(0.965, 1.02)))
        if (i, j) in filled:
            colour = painted[i, j] = palette.pick(rng, away=(ground, *near))
        board.rect(columns[j], rows[i], columns[j + 1] - columns[j], rows[i + 1] - rows[i], fill(colour))
    width = float(rng.uniform(4, 10))
    for x in columns[1:-1]:
        board.line(x, -9, x, S + 9, stroke(BLACK, width * float(rng.choice((0.7, 1, 1, 1.5)))))
    for y in rows[1:-1]:
        board.line(-9, y, S + 9, y, stroke(BLACK, width * float(rng.choice((0.7, 1, 1, 1.5)))))
    what = ("a grid of black lines", "rectangles", "straight lines", "right angles")
    subject = Subject(
        "grid", "网格构图", what, "黑色直线与矩形", ("balanced", "ordered", "clear"), "均衡", upright=True
    )
    return Work(board.pixels, subject, palette)


def stripes(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Bands of uneven width, upright, lying or slanted; no two neighbours alike."""
    count, kind = int(rng.integers(4, 26)), ("vertical", "horizontal", "diagonal")[int(rng.integers(3))]
    board = Board(plane, palette.ground)
    widths = rng.gamma(1.2, 1, count) + 0.15
    edges = (np.concatenate([[0.0], np.cumsum(widths) / widths.sum()]) * S * 1.5 - S * 0.75).tolist()
    slant = float(rng.choice((-1, 1)) * rng.uniform(30, 60))
    with board.turned(S / 2, S / 2, {"vertical": 0.0, "horizontal": 90.0, "diagonal": slant}[kind]):
        last: tuple[Colour, ...] = ()
        for left, right in pairwise(edges):
            colour = (
                palette.ground
                if rng.random() < 0.13 and palette.ground not in last
                else palette.pick(rng, away=last)
            )
            board.rect(left, -S, right - left + 0.5, 2 * S, fill(colour))
            last = (colour,)
    zh = {"vertical": "竖条纹", "horizontal": "横条纹", "diagonal": "斜条纹"}[kind]
    what = (
        f"{kind} stripes",
        f"{'few broad' if count < 9 else 'many narrow'} stripes",
        "straight bands of colour",
    )
    slanted = kind == "diagonal"
    subject = Subject(
        "stripes", "条纹", what, zh, ("dynamic", "bold") if slanted else ("calm", "ordered"),
        "动感" if slanted else "有序", upright=not slanted,
    )  # fmt: skip
    return Work(board.pixels, subject, palette)
