"""Growing things: flowers, and leaves cut from paper."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import skia

from generation.gan.training.painter.board import Board, S, fill, shaded, stroke
from generation.gan.training.painter.palette import mixed, scaled
from generation.gan.training.painter.strokes import scattered, spline
from generation.gan.training.painter.subject import Subject, Work, counted

if TYPE_CHECKING:
    from generation.gan.training.oklch import Colour
    from generation.gan.training.painter.board import Points
    from generation.gan.training.painter.palette import Palette
    from generation.gan.training.painter.plane import Plane
    from generation.gan.training.painter.subject import Rng


def flowers(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Blossoms of two rings of petals, spread over the picture or on long stems with leaves."""
    board, count = Board(plane, palette.ground), int(rng.integers(3, 14))
    stems = bool(rng.random() < 0.5)
    green: Colour = (0.35, 0.6, 0.42) if palette.dark else (0.25, 0.45, 0.28)
    green = mixed(green, palette.pick(rng, away=(palette.ground,)), 0.25)
    heads = scattered(rng, count, 0.1, 0.9, tries=3)
    heads[:, 1] *= 0.75 if stems else 1.0
    heads = heads[np.argsort(heads[:, 1] * rng.uniform(0.8, 1.2, count))]
    sizes = S * rng.uniform(0.07, 0.16, count) * (1.3 if count < 6 else 1)
    if stems:
        for x, y in heads.tolist():
            _stem(board, rng, x, y, green)
    for (x, y), size in zip(heads.tolist(), sizes.tolist(), strict=True):
        _blossom(board, rng, palette, x, y, size)
    where = "flowers on long stems" if stems else "blossoms scattered over the picture"
    what = (counted(count, "flower"), "round petals", where)
    mood = ("joyful", "fresh", "delicate")
    return Work(
        board.pixels,
        Subject("abstract flowers", "抽象花卉", what, "花朵与花瓣", mood, "清新", brush=True),
        palette,
    )


def _stem(board: Board, rng: Rng, x: float, y: float, green: Colour) -> None:
    knots = np.array([(x, y), (x + rng.normal(0, 9), y + 0.4 * (S - y)), (x + rng.normal(0, 18), S + 8)])
    path = spline(knots, 24)
    width = float(rng.uniform(2, 5))
    board.trail(path, green, width)
    for _ in range(int(rng.integers(0, 3))):
        at = path[int(rng.integers(len(path) // 3, len(path) - 3))]
        length, side = S * float(rng.uniform(0.07, 0.13)), float(rng.choice((-1, 1)))
        with board.turned(float(at[0]), float(at[1]), -90 + side * float(rng.uniform(35, 65))):
            leaf = skia.Rect.MakeXYWH(0, -length * 0.17, length, length * 0.34)
            board.canvas.drawOval(leaf, fill(scaled(green, float(rng.uniform(0.85, 1.15)))))


def _blossom(board: Board, rng: Rng, palette: Palette, x: float, y: float, size: float) -> None:
    """Two rings of petals, darker towards the heart, the inner ring between the outer one's petals."""
    petals, turn = int(rng.integers(5, 11)), float(rng.uniform(0, 360))
    colour = palette.pick(rng, away=(palette.ground,))
    for ring, shade in ((1.0, 1.0), (0.62, 0.86)):
        for petal in range(petals):
            tint = scaled(colour, shade * float(rng.normal(1, 0.04)))
            reach, half = size * ring, size * 0.3 * ring
            paint = shaded((size * 0.1, 0), (reach, 0), (scaled(tint, 0.86), scaled(tint, 1.05)), 0.9)
            with board.turned(x, y, turn + 360 * (petal + (0.5 if ring < 1 else 0)) / petals):
                board.canvas.drawOval(
                    skia.Rect.MakeXYWH(size * 0.1, -half, reach - size * 0.1, 2 * half), paint
                )
    heart = palette.pick(rng, away=(colour,))
    board.circle(x, y, size * 0.24, fill(heart))
    board.circle(x - size * 0.03, y - size * 0.03, size * 0.13, fill(palette.by_light[-1]))


def cutouts(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Leaf and weed shapes, one on each block of colour or many afloat on one ground, after Matisse's scissors."""
    side = int(rng.integers(1, 4))
    board, cell = Board(plane, palette.ground), S / side
    if side > 1:
        grounds: dict[int, Colour] = {}
        for i in range(side * side):
            near = tuple(grounds[k] for k in (i - side, i - 1 if i % side else -1) if k in grounds)
            grounds[i] = palette.pick(rng, away=near)
            board.rect(i % side * cell, i // side * cell, cell + 1, cell + 1, fill(grounds[i]))
            colour = palette.pick(rng, away=(grounds[i],))
            _leaf(board, rng, (i % side + 0.5) * cell, (i // side + 0.5) * cell, cell * 0.42, colour)
    else:
        for x, y in scattered(rng, int(rng.integers(5, 11)), 0.14, 0.86).tolist():
            _leaf(
                board,
                rng,
                x,
                y,
                S * float(rng.uniform(0.12, 0.25)),
                palette.pick(rng, away=(palette.ground,)),
            )
    afloat = "organic shapes on blocks of colour" if side > 1 else "floating organic shapes"
    what = ("cut-out leaf shapes", afloat, "paper cut-outs")
    subject = Subject("cut-outs", "剪纸叶形", what, "叶形剪纸", ("joyful", "playful", "fresh"), "欢快")
    return Work(board.pixels, subject, palette)


def _leaf(board: Board, rng: Rng, x: float, y: float, size: float, colour: Colour) -> None:
    """A rosette of lobes, or a frond: lobes in pairs along a bent stalk."""
    if rng.random() < 0.6:
        turn = np.linspace(0, 2 * np.pi, 120, endpoint=False)
        lobes, lean = int(rng.integers(4, 9)), float(rng.uniform(0, 6))
        reach = 0.62 + 0.38 * np.sin(lobes * turn) * np.clip(1 + 0.25 * np.sin(turn + lean), 0.6, 1.3)
        reach = size * reach * (1 + 0.08 * np.sin(2 * turn + lean))
        board.poly(
            np.stack([np.cos(turn + lean), np.sin(turn + lean)], 1) * reach[:, None] + (x, y), fill(colour)
        )
        return
    pairs, bend = int(rng.integers(3, 6)), float(rng.normal(0, 0.25))
    with board.turned(x, y, float(rng.uniform(0, 360))):
        stalk: Points = spline(np.array([(-size, 0), (0, bend * size), (size * 0.9, 0)]), 16)
        board.trail(stalk, colour, size * 0.16)
        for pair in range(pairs):
            share = (pair + 0.6) / pairs
            at = stalk[min(len(stalk) - 1, int(share * len(stalk)))].tolist()
            length = size * (0.42 + 0.36 * math.sin(math.pi * share)) * float(rng.uniform(0.85, 1.1))
            for side in (-1, 1):
                with board.turned(at[0], at[1], side * float(rng.uniform(40, 60))):
                    board.line(0, 0, length, 0, stroke(colour, size * 0.21))
