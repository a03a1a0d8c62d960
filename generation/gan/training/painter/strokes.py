"""Lines by hand: splines, paths that follow a field, ribbons of changing width, and a brush with bristles."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from generation.gan.training.painter.board import S, fill
from generation.gan.training.painter.palette import scaled

if TYPE_CHECKING:
    from generation.gan.training.oklch import Colour
    from generation.gan.training.painter.board import Board, Points
    from generation.gan.training.painter.plane import Field, Plane
    from generation.gan.training.painter.subject import Rng


def spline(knots: Points, count: int = 60) -> Points:
    """(..., about `count`, 2) The Catmull-Rom curve through `knots` (..., k, 2)."""
    first, second = knots[..., :1, :], knots[..., 1:2, :]
    before, last = knots[..., -2:-1, :], knots[..., -1:, :]
    ends = np.concatenate([2 * first - second, knots, 2 * last - before], -2)
    pieces = knots.shape[-2] - 1
    t = np.linspace(0, 1, max(4, count // pieces))[:, None]
    a, b, c, d = (ends[..., i : i + pieces, None, :] for i in range(4))
    curve = 2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    return np.asarray(0.5 * curve.reshape(*knots.shape[:-2], -1, 2))


def follow(plane: Plane, angle: Field, starts: Points, steps: int, step: float) -> Points:
    """(n, steps, 2) Paths from `starts` (n, 2) along an angle field in radians; all in 0..1, a step is `step` long."""
    paths = np.empty((len(starts), steps, 2))
    cosine, sine = np.cos(angle), np.sin(angle)
    towards = np.stack([cosine, sine], -1) * np.float32(step)
    here = starts
    for i in range(steps):
        paths[:, i] = here
        here = here + plane.at(towards, here)
    return paths


def ribbon(paths: Points, widths: Points) -> Points:
    """(..., 2n, 2) The outlines of lines along `paths` (..., n, 2) that are `widths` (..., n) wide."""
    along = np.gradient(paths, axis=-2)
    along *= (widths / 2 / (np.hypot(along[..., 0], along[..., 1]) + 1e-9))[..., None]
    side = np.stack([-along[..., 1], along[..., 0]], -1)
    return np.concatenate([paths + side, (paths - side)[..., ::-1, :]], -2)


def brushed(board: Board, rng: Rng, path: Points, colour: Colour, width: float, *, bristles: bool) -> None:
    """One stroke of thick paint along `path` (n, 2) in the board's units, with the marks of two bristles in it."""
    board.trail(path, colour, width, 0.95, rough=True)
    if not bristles:
        return
    along = path[-1] - path[0]
    side = np.array([-along[1], along[0]]) * (width / (math.hypot(along[0], along[1]) + 1e-9))
    lit, shady, bright, dark = rng.random(4).tolist()
    light, deep = scaled(colour, 1.06 + 0.16 * bright), scaled(colour, 0.78 + 0.16 * dark)
    board.trail(path[:-1] + side * (0.38 - 0.3 * lit), light, width * 0.14, 0.6)
    board.trail(path[:-1] + side * (0.3 * shady - 0.38), deep, width * 0.14, 0.6)


def splatter(board: Board, rng: Rng, where: Points, spread: float, largest: float, colour: Colour) -> None:
    """Drops around points (n, 2), small ones oftener."""
    sizes = 0.5 + largest * rng.random(len(where)) ** 2
    paint = fill(colour)
    places = where + rng.normal(0, spread, where.shape)
    for (x, y), size in zip(places.tolist(), sizes.tolist(), strict=True):
        board.circle(x, y, size, paint)


def scattered(rng: Rng, count: int, low: float, high: float, tries: int = 8) -> Points:
    """(count, 2) Places in the units of a board between the shares `low` and `high` of it, none close to another
    where there is room: each is, of some tries, the farthest from those before (Mitchell 1991).
    """
    places = rng.uniform(low, high, (count, tries, 2)) * S
    chosen = [places[0, 0]]
    for some in places[1:]:
        gaps = np.linalg.norm(some[:, None] - np.array(chosen)[None], axis=2).min(1)
        chosen.append(some[int(gaps.argmax())])
    return np.array(chosen)


def parted(rng: Rng, count: int, low: float, high: float, apart: float) -> list[float]:
    """`count` sorted numbers between `low` and `high`, no two closer than `apart`; fewer when there is no room."""
    count = min(count, int((high - low) / apart) + 1)
    room = high - low - apart * (count - 1)
    return [low + at + apart * i for i, at in enumerate(np.sort(rng.uniform(0, room, count)).tolist())]
