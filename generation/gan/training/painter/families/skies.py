"""Skies at night: a painted one with whirling stars, a nebula, northern lights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generation.gan.training.painter.board import Board, S, fill, glowing, stroke
from generation.gan.training.painter.palette import Palette, scaled
from generation.gan.training.painter.plane import screen, to_image, to_pixels
from generation.gan.training.painter.strokes import follow, scattered
from generation.gan.training.painter.subject import Subject, Work, counted

if TYPE_CHECKING:
    from generation.gan.training.oklch import Colour
    from generation.gan.training.painter.plane import Field, Plane
    from generation.gan.training.painter.subject import Rng

WHITE: Colour = (1.0, 1.0, 1.0)
NIGHT_STROKES = 30  # across, and down


def night_sky(rng: Rng, _offered: Palette, plane: Plane) -> Work:
    """Short strokes that run with a wind and whirl around stars, over dark hills or none, after van Gogh."""
    name = "night" if rng.random() < 0.7 else ("violet", "ocean", "neon")[int(rng.integers(3))]
    palette = Palette.draw(rng, name)
    colours = palette.by_light
    stars = scattered(rng, int(rng.integers(2, 5)), 0.1, 0.9) / S * (1, 0.7)
    across, down = np.full((plane.side, plane.side), 0.6, np.float32), 0.2 * plane.noise(rng, 2, 2)
    light = 0.25 + 0.2 * plane.noise(rng, 3, 3)
    for x, y in stars.tolist():
        dx, dy = plane.x - np.float32(x), plane.y - np.float32(y)
        apart = dx * dx + dy * dy
        whirl = np.exp(apart * np.float32(-0.5 / 0.13**2)) * np.float32(3 / 0.13 * rng.choice((-1, 1)))
        across -= whirl * dy
        down += whirl * dx
        light += 0.7 * np.exp(apart * np.float32(-0.5 / 0.09**2))
    angle = np.arctan2(down, across)
    under = plane.ramp((colours[0], colours[1], colours[2], colours[-1]), light)
    seen: Field = under[..., :3].astype(np.float32)
    board = Board(plane, colours[0])
    rows, columns = np.divmod(rng.permutation(NIGHT_STROKES**2), NIGHT_STROKES)
    starts = (np.stack([columns, rows], 1) + rng.uniform(-0.6, 1, (NIGHT_STROKES**2, 2))) / NIGHT_STROKES
    count = len(starts)
    tints = plane.at(seen, starts) / 255 * rng.normal(1, 0.13, (count, 1)) + rng.normal(0, 0.02, (count, 1))
    tints = tints.clip(0, 1)
    paths = follow(plane, angle, starts, 4, 0.027) * S
    widths = rng.uniform(2.6, 5.4, count).tolist()
    for path, (red, green, blue), width in zip(paths, tints.tolist(), widths, strict=True):
        board.trail(path, (red, green, blue), width, 0.94, rough=True)
    for x, y in (stars * S).tolist():
        halo = colours[-1] if rng.random() < 0.5 else colours[-2]
        board.circle(x, y, 21, glowing(x, y, 21, (halo, halo), (0.6, 0)))
        board.circle(x, y, float(rng.uniform(3.5, 7.5)), fill(colours[-1]))
    moon, land = bool(rng.random() < 0.5), bool(rng.random() < 0.6)
    if moon:
        x, y = S * float(rng.uniform(0.7, 0.88)), S * float(rng.uniform(0.1, 0.25))
        board.circle(x, y, 42, glowing(x, y, 42, (colours[-2], colours[-2]), (0.65, 0)))
        board.circle(x, y, 19, fill(colours[-1]))
    if land:
        x_line = np.linspace(0, 1, 48)
        edge = 0.82 + 0.05 * np.sin(2 * np.pi * rng.uniform(0.7, 1.6) * x_line + rng.uniform(0, 6))
        edge += 0.02 * np.sin(2 * np.pi * 4 * x_line + rng.uniform(0, 6))
        hills = np.vstack([[(0, S)], np.stack([x_line, edge], 1) * S, [(S, S)]])
        board.poly(hills, fill(scaled(colours[0], 0.55)))
    what = (
        "a swirling night sky", counted(len(stars), "glowing star"), "short brush strokes",
        *(("a bright moon",) if moon else ()), *(("dark hills",) if land else ()),
    )  # fmt: skip
    subject = Subject(
        "night sky", "夜空", what, "旋转的夜空与星星", ("dreamy", "full of motion"), "梦幻", brush=True
    )
    return Work(board.pixels, subject, palette)


def nebula(rng: Rng, _offered: Palette, plane: Plane) -> Work:
    """Clouds of light folded into one another, and stars of every size."""
    palette = Palette.draw(rng, ("violet", "neon", "night", "jewel", "fire", "ocean")[int(rng.integers(6))])
    dark = palette.ground if palette.dark else palette.by_light[0]
    gas = plane.noise(rng, 2, 6, 0.55)
    folded = plane.drifted(
        plane.noise(rng, 3, 4), 0.08 * plane.noise(rng, 2, 3), 0.08 * plane.noise(rng, 2, 3)
    )
    amount = np.asarray(np.clip((gas + 0.6 * folded + 1.3) / 3.8, 0, 1.1) ** 1.25, np.float32)
    board = Board(plane, plane.ramp((scaled(dark, 0.35), *palette.by_light), amount))
    count = int(rng.integers(40, 200))
    for x, y, bright in rng.random((count, 3)).tolist():
        size = bright**3
        board.circle(x * S, y * S, 0.5 + 1.6 * size, fill(WHITE, 0.5 + 0.5 * size))
        if size > 0.86:
            _flare(board, *(rng.random(2) * S).tolist())
    what = (
        "a glowing nebula",
        "many stars" if count > 120 else "scattered stars",
        "clouds of light in deep space",
    )
    mood = ("cosmic", "dreamy", "mysterious")
    return Work(
        board.pixels,
        Subject("nebula", "星云", what, "发光的星云与星星", mood, "神秘", medium="clean"),
        palette,
    )


def _flare(board: Board, x: float, y: float) -> None:
    """A star so bright that it has a halo and four points."""
    board.circle(x, y, 11, glowing(x, y, 11, (WHITE, WHITE), (0.7, 0)))
    board.circle(x, y, 1.8, fill(WHITE))
    board.line(x - 10, y, x + 10, y, stroke(WHITE, 0.8, 0.55))
    board.line(x, y - 10, x, y + 10, stroke(WHITE, 0.8, 0.55))


def aurora(rng: Rng, _offered: Palette, plane: Plane) -> Work:
    """Curtains of light that hang from nowhere, sharp below and fading upwards, over black hills."""
    palette = Palette.draw(rng, ("ocean", "violet", "forest", "coral", "neon", "ice")[int(rng.integers(6))])
    colours = palette.by_light
    night = (scaled(colours[0], 0.3), scaled(colours[0], 0.7), scaled(colours[1], 0.9))
    image = to_image(plane.ramp(night, plane.y + 0.02 * plane.noise(rng, 3)))
    for _ in range(int(rng.integers(2, 6))):
        times, phase = rng.uniform(0.4, 1.2, 1), rng.uniform(0, 6)
        foot = rng.uniform(0.3, 0.75) + 0.10 * np.sin(2 * np.pi * times * plane.line + phase)
        foot = (foot + 0.03 * plane.ridge(rng, 5, 3)).astype(np.float32)
        above = foot[None] - plane.y
        tall = np.float32(rng.uniform(0.12, 0.3))
        fall = np.exp(np.where(above > 0, -above / tall, above / np.float32(0.018)))
        rays = np.clip(0.7 + 0.35 * plane.noise(rng, 40, 2, stretch=(14, 0.6)), 0.1, 1.4)
        colour = colours[1 + int(rng.integers(len(colours) - 1))]
        screen(image, colour, np.clip(0.75 * fall * rays, 0, 1))
    board = Board(plane, to_pixels(image))
    for x, y, size in rng.random((int(rng.integers(20, 70)), 3)).tolist():
        board.circle(x * S, y * S * 0.7, 0.4 + 0.9 * size**2, fill(WHITE, 0.8))
    x_line = np.linspace(0, 1, 40)
    for base, shade in ((0.81, 0.36), (0.87, 0.2)):
        edge = base + 0.035 * np.interp(x_line, np.linspace(0, 1, 9), rng.uniform(-1, 1, 9))
        edge += 0.006 * rng.normal(0, 1, 40)
        hills = np.vstack([[(0, S)], np.stack([x_line, edge], 1) * S, [(S, S)]])
        board.poly(hills, fill(scaled(colours[0], shade)))
    what = ("northern lights", "curtains of light over dark hills", "a starry sky")
    subject = Subject(
        "aurora", "极光", what, "极光与星空", ("magical", "quiet", "dreamy"), "梦幻", upright=True
    )
    return Work(board.pixels, subject, palette)
