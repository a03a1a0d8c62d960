"""Free play of shapes: suprematist bars, and compositions after the painters of the 1920s."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from generation.gan.training.painter.board import Board, S, fill, glowing, stroke
from generation.gan.training.painter.families.fields import CANVAS
from generation.gan.training.painter.palette import by_light, light
from generation.gan.training.painter.strokes import scattered, spline
from generation.gan.training.painter.subject import Subject, Work

if TYPE_CHECKING:
    from generation.gan.training.oklch import Colour
    from generation.gan.training.painter.palette import Palette
    from generation.gan.training.painter.plane import Plane
    from generation.gan.training.painter.subject import Rng

INK: Colour = (0.1, 0.1, 0.12)


def suprematist(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Bars along one slanted axis and a few across it, one or two of them large, after Malevich."""
    ground = palette.ground if palette.dark else CANVAS
    board, count = Board(plane, ground), int(rng.integers(5, 14))
    slant = float(rng.uniform(-70, 70))
    along = np.array([math.cos(math.radians(slant)), math.sin(math.radians(slant))])
    places = 0.8 * scattered(rng, count, 0.16, 0.84) + 0.2 * (S / 2 + along * rng.normal(0, 60, (count, 1)))
    for i, (x, y) in enumerate(places.tolist()):
        big = i < 2
        width = S * float(rng.uniform(0.2, 0.5)) * (1.2 if big else 0.8)
        height = S * float(rng.uniform(0.1, 0.28) if big else rng.uniform(0.015, 0.085))
        strongest = max(palette.colours, key=lambda colour: abs(light(colour) - light(ground)))
        colour = palette.pick(rng, away=(ground,)) if i else strongest
        with board.turned(x, y, slant + float(rng.normal(0, 5)) + (90 if rng.random() < 0.25 else 0)):
            board.rect(-width / 2, -height / 2, width, height, fill(colour))
    dot = bool(rng.random() < 0.6)
    if dot:
        x, y = (rng.uniform(0.2, 0.8, 2) * S).tolist()
        board.circle(x, y, S * float(rng.uniform(0.05, 0.14)), fill(palette.pick(rng, away=(ground,))))
    what = (
        "tilted bars and rectangles",
        "floating geometric shapes",
        "diagonal shapes",
        *(("a circle",) if dot else ()),
    )
    subject = Subject(
        "suprematist", "至上主义", what, "倾斜的几何形", ("dynamic", "bold", "energetic"), "动感"
    )
    return Work(board.pixels, subject, palette)


def composition(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Lines, circles, triangles, arcs and checks over soft clouds of colour, after Kandinsky."""
    board, count = Board(plane, palette.ground), int(rng.integers(10, 22))
    ink = palette.by_light[-1] if palette.dark else by_light((*palette.colours, INK))[0]
    for x, y in scattered(rng, 3, 0.05, 0.95).tolist():
        colour = palette.pick(rng, away=(palette.ground,))
        radius = S * float(rng.uniform(0.18, 0.36))
        board.circle(x, y, radius, glowing(x, y, radius, (colour, colour), (0.42, 0)))
    x, y = (rng.uniform(0.25, 0.75, 2) * S).tolist()
    _sun(board, rng, palette, ink, x, y, S * float(rng.uniform(0.1, 0.18)))
    for x, y in scattered(rng, count, 0.08, 0.92, tries=3).tolist():
        _sign(board, rng, palette, ink, x, y)
    what = ("circles, triangles and lines", "a play of geometric shapes", "curves and straight lines")
    mood = ("musical", "lively", "full of rhythm")
    return Work(
        board.pixels, Subject("composition", "抽象构成", what, "圆、三角与线条", mood, "富有音乐感"), palette
    )


def _sun(board: Board, rng: Rng, palette: Palette, ink: Colour, x: float, y: float, size: float) -> None:
    """A circle in a circle with a halo, drawn round in ink."""
    colour = palette.pick(rng, away=(palette.ground,))
    board.circle(x, y, 1.5 * size, glowing(x, y, 1.5 * size, (colour, colour), (0.4, 0)))
    board.circle(x, y, size, fill(colour, 0.95))
    board.circle(x, y, size * 0.55, fill(palette.pick(rng, away=(colour,))))
    board.circle(x, y, size, stroke(ink, 1.6))


def _sign(board: Board, rng: Rng, palette: Palette, ink: Colour, x: float, y: float) -> None:
    """One of the shapes, around (x, y)."""
    kind, size = int(rng.integers(7)), S * float(rng.uniform(0.04, 0.16))
    colour = palette.pick(rng, away=(palette.ground,))
    turn = float(rng.uniform(0, 2 * math.pi))
    if kind == 0:
        _sun(board, rng, palette, ink, x, y, 0.8 * size)
    elif kind == 1:
        corners = turn + np.array([0, 2.0, 3.6])
        triangle = np.stack([np.cos(corners), np.sin(corners)], 1) * 1.3 * size + (x, y)
        board.poly(triangle, fill(colour, 0.88))
    elif kind == 2:
        dx, dy = (
            math.cos(turn) * S * float(rng.uniform(0.2, 0.55)),
            math.sin(turn) * S * float(rng.uniform(0.2, 0.55)),
        )
        board.line(x - dx, y - dy, x + dx, y + dy, stroke(ink, float(rng.uniform(1, 4))))
    elif kind == 3:
        start = float(rng.uniform(160, 220))
        for ring in range(3):
            board.arc(x, y, size * (1 + 0.35 * ring), start, 150, stroke(colour, 2.6))
    elif kind == 4:
        path = spline(np.array([x, y]) + np.cumsum(rng.normal(0, 30, (5, 2)), 0))
        board.trail(path, ink if rng.random() < 0.5 else colour, float(rng.uniform(1.5, 5)))
    elif kind == 5:
        many, cell = int(rng.integers(2, 5)), size * 0.42
        with board.turned(x, y, float(rng.uniform(-40, 40))):
            for i in range(many * many):
                square = ink if (i // many + i % many) % 2 else colour
                board.rect(
                    (i % many - many / 2) * cell, (i // many - many / 2) * cell, cell, cell, fill(square)
                )
    else:
        board.arc(x, y, size * 1.2, math.degrees(turn), 180, fill(colour, 0.9), pie=True)
