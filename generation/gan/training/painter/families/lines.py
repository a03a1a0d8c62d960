"""Paint in lines: thrown, flowing, or set down with a brush."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generation.gan.training.painter.board import Board, S, fill
from generation.gan.training.painter.palette import scaled
from generation.gan.training.painter.strokes import brushed, follow, ribbon, splatter, spline
from generation.gan.training.painter.subject import Subject, Work

if TYPE_CHECKING:
    from generation.gan.training.painter.palette import Palette
    from generation.gan.training.painter.plane import Plane
    from generation.gan.training.painter.subject import Rng


def drips(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Thrown loops of paint that swell and thin out, with drops beside them, after Pollock."""
    board, count = Board(plane, palette.ground), int(rng.integers(14, 60))
    splatter(board, rng, rng.uniform(0, 1, (40, 2)) * S, 5, 3.2, palette.pick(rng, away=(palette.ground,)))
    paths = spline(rng.uniform(-0.1, 1.1, (count, 6, 2)) * S, 42)
    usual = rng.uniform(0.8, 4.5, (count, 1)) * (1.3 if count < 25 else 1)
    swell = spline(np.stack([rng.normal(0, 0.5, (count, 6))] * 2, -1), 42)[..., 0]
    widths = usual * np.exp(swell)
    widths[:, (0, -1)] *= 0.3
    for path, outline in zip(paths, ribbon(paths, widths), strict=True):
        colour = palette.pick(rng, away=(palette.ground,))
        board.poly(outline, fill(colour))
        splatter(board, rng, path[rng.integers(0, len(path), 4)], 7, 2.8, colour)
    what = (
        "splashed and dripped paint",
        "tangled lines",
        "splatters",
        *(("dense web of lines",) if count > 38 else ()),
    )
    mood = ("energetic", "wild", "full of motion")
    return Work(
        board.pixels, Subject("drip painting", "滴画", what, "泼洒的颜料与缠绕的线条", mood, "奔放"), palette
    )


def flow(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Long strokes along one slow field, coloured by where they begin."""
    bend, turn = rng.uniform(0.9, 2.2), rng.uniform(0, 2 * np.pi)
    angle = plane.noise(rng, int(rng.integers(1, 3)), 2, 0.35) * bend + turn
    board, count = Board(plane, palette.ground), int(rng.integers(90, 560))
    low, high = (7.0, 13.0) if count > 440 else (1.5, 4.0) if count > 210 else (3.0, 9.0)
    wide = float(rng.uniform(low, high))
    starts = rng.uniform(-0.05, 1.05, (count, 2))
    tone = plane.at(plane.noise(rng, 2, 2), starts)
    place = (tone + 1.6) / 3.2 * len(palette.colours) + rng.normal(0, 0.45, count)
    which = np.clip(place, 0, len(palette.colours) - 1).astype(int).tolist()
    lengths = rng.integers(7, 23, count).tolist()
    shades = rng.normal(1, 0.07, count).tolist()
    widths, alphas = (wide * rng.uniform(0.4, 1.4, count)).tolist(), rng.uniform(0.65, 1, count).tolist()
    paths = follow(plane, angle.astype(np.float32), starts, 22, 0.037) * S
    for i, path in enumerate(paths):
        colour = scaled(palette.colours[which[i]], shades[i])
        board.trail(path[: lengths[i]], colour, widths[i], alphas[i], rough=True)
    kind = ("many fine lines",) if wide < 3 else ("broad strokes",) if wide > 6 else ()
    what = ("flowing lines", "long curved strokes", "streams of colour", *kind)
    mood = ("full of motion and rhythm", "flowing", "moving")
    return Work(
        board.pixels,
        Subject("flowing lines", "流动的线条", what, "流动的线条", mood, "充满动感与节奏"),
        palette,
    )


def brushwork(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Short thick strokes along a field, with the bristles' marks in them where they are broad."""
    angle = plane.noise(rng, 2, 2) * rng.uniform(0.3, 1.4) + rng.uniform(0, np.pi)
    zone, count = plane.noise(rng, int(rng.integers(1, 4)), 2), int(rng.integers(90, 380))
    width = float(rng.uniform(14, 30) if count < 200 else rng.uniform(6, 13))
    starts = rng.uniform(-0.05, 1, (count, 2))
    board, colours = Board(plane, palette.ground), palette.colours
    place = (plane.at(zone, starts) + 1.6) / 3.2 * len(colours) + rng.normal(0, 0.5, count)
    which = np.clip(place, 0, len(colours) - 1).astype(int).tolist()
    paths = follow(plane, angle.astype(np.float32), starts, 8, 0.024) * S
    lengths, widths = rng.integers(4, 9, count).tolist(), (width * rng.uniform(0.6, 1.3, count)).tolist()
    shades = rng.normal(1, 0.07, count).tolist()
    for i, path in enumerate(paths):
        colour = scaled(colours[which[i]], shades[i])
        brushed(board, rng, path[: lengths[i]], colour, widths[i], bristles=width > 13)
    what = ("bold brush strokes" if width > 13 else "dabs of paint", "thick paint", "visible brush marks")
    subject = Subject(
        "brush strokes", "笔触", what, "厚重的笔触", ("expressive", "lively"), "富有表现力", brush=True
    )
    return Work(board.pixels, subject, palette)
