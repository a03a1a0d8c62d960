"""Places, simplified: hills under a sky, a city, mountains in ink."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generation.gan.training.painter.board import Board, S, fill, glowing, shaded
from generation.gan.training.painter.palette import Palette, by_light, distance, mixed, scaled
from generation.gan.training.painter.plane import blend, planes, smooth, to_pixels
from generation.gan.training.painter.subject import Subject, Work

if TYPE_CHECKING:
    from generation.gan.training.oklch import Colour
    from generation.gan.training.painter.plane import Field, Plane
    from generation.gan.training.painter.subject import Rng

PAPER: Colour = (0.95, 0.94, 0.91)
SEAL: Colour = (0.75, 0.15, 0.12)
LAMP: Colour = (0.98, 0.9, 0.6)


def hills(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Ridges one before another, pale with distance at the top and deeper at the foot, often under a sun."""
    colours = palette.by_light
    sky = (palette.ground, colours[1] if palette.dark else colours[-1])
    pixels = plane.ramp(
        sky if rng.random() < 0.5 else sky[::-1],
        plane.y * 1.1 + 0.03 * plane.noise(rng, 3),
    )
    board = Board(plane, pixels)
    count, top = int(rng.integers(3, 6)), float(rng.uniform(0.36, 0.55))
    sun = bool(rng.random() < 0.75)
    if sun:
        spans = ((0.2, 0.8), (0.15, top - 0.07), (0.06, 0.13))
        x, y, radius = (S * float(rng.uniform(*span)) for span in spans)
        seen = [colour for colour in colours if min(distance(colour, tone) for tone in sky) > 0.25] or colours
        warmest = max(seen, key=lambda colour: colour[0] + colour[1] - 0.4 * colour[2])
        board.circle(x, y, 2.4 * radius, glowing(x, y, 2.4 * radius, (warmest, warmest), (0.3, 0)))
        board.circle(x, y, radius, fill(mixed(warmest, (1, 1, 1), 0.12)))
    x_line = np.linspace(0, 1, 64)
    sharp = bool(rng.random() < 0.4)
    for i in range(count):
        base = top + (1 - top) * (i / count) ** 0.9
        times = float(rng.uniform(0.8, 2.2)) * (1 + 0.3 * i)
        if sharp:
            peaks = int(5 + 4 * times)
            relief = np.interp(x_line, np.linspace(0, 1, peaks), rng.uniform(-1, 1, peaks))
            relief += 0.06 * np.interp(x_line, np.linspace(0, 1, 4 * peaks), rng.uniform(-1, 1, 4 * peaks))
        else:
            relief = 0.6 * np.sin(2 * np.pi * times * x_line + rng.uniform(0, 6))
            relief += 0.3 * np.sin(2 * np.pi * times * 1.9 * x_line + rng.uniform(0, 6))
        ridge = base + 0.07 * relief * (1 - 0.4 * i / count)
        colour = colours[::-1][min(i, len(colours) - 1)]
        haze = mixed(colour, sky[1], 0.05 * (1 - i / count))
        paint = shaded((0, S * (base - 0.07)), (0, S * (base + 0.2)), (haze, scaled(colour, 0.95)), 0.97)
        board.poly(np.vstack([[(0, S)], np.stack([x_line, ridge], 1) * S, [(S, S)]]), paint)
    what = (
        "layered mountains" if sharp else "rolling hills", "bands of land and sky",
        "a round sun" if sun else "an empty sky",
    )  # fmt: skip
    zh = ("层叠的山" if sharp else "起伏的丘陵") + ("与太阳" if sun else "")
    mood = ("calm", "wide", "peaceful")
    return Work(
        board.pixels, Subject("abstract landscape", "抽象风景", what, zh, mood, "宁静", upright=True), palette
    )


def city(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Three rows of blocks before a graded sky, hazy behind and lit in front, sometimes under a moon."""
    colours = palette.by_light
    glow = mixed(palette.ground, palette.pick(rng, away=(palette.ground,)), float(rng.uniform(0.15, 0.6)))
    board = Board(plane, plane.ramp((palette.ground, palette.ground, glow), plane.y * 1.35))
    moon = bool(rng.random() < 0.5)
    if moon:
        x, y, radius = (S * float(rng.uniform(*span)) for span in ((0.2, 0.8), (0.12, 0.25), (0.05, 0.1)))
        colour = colours[-1] if palette.dark else palette.pick(rng, away=(palette.ground,))
        board.circle(x, y, 2.4 * radius, glowing(x, y, 2.4 * radius, (colour, colour), (0.4, 0)))
        board.circle(x, y, radius, fill(colour))
    lit = by_light((*palette.colours, LAMP))[-1]
    far_to_near = colours if palette.dark else colours[::-1]
    for row in range(3):
        left = -10.0
        while left < S:
            width = S * float(rng.uniform(0.05, 0.14))
            height = S * float(rng.uniform(0.2, 0.5)) * (1.3 - 0.27 * row)
            colour = far_to_near[min(len(colours) - 1, row + int(rng.random() < 0.4))]
            colour = scaled(mixed(colour, glow, 0.32 - 0.16 * row), float(rng.uniform(0.85, 1.1)))
            _house(board, rng, left, width, height, colour)
            if row:
                _windows(board, rng, left, width, height, lit)
            left += width * float(rng.uniform(0.75, 1.1))
    what = (
        "a city of coloured blocks", "tall buildings with lit windows", "a skyline of rectangles",
        *(("a round moon",) if moon else ()),
    )  # fmt: skip
    subject = Subject("abstract city", "抽象城市", what, "色块构成的城市天际线", ("busy", "lively"), "热闹")
    return Work(board.pixels, subject, palette)


def _house(board: Board, rng: Rng, left: float, width: float, height: float, colour: Colour) -> None:
    """A block lighter on one side; some with a step or a mast on the roof."""
    top = S - height
    paint = shaded((left, 0), (left + width, 0), (scaled(colour, 1.06), scaled(colour, 0.9)))
    board.rect(left, top, width, height + 1, paint)
    lot = float(rng.random())
    if lot < 0.25:
        board.rect(left + width * 0.25, top - 8, width * 0.5, 9, paint)
    elif lot < 0.35:
        board.rect(left + width * 0.47, top - 16, 1.8, 17, paint)


def _windows(board: Board, rng: Rng, left: float, width: float, height: float, lit: Colour) -> None:
    down, across = np.arange(S - height + 6, S - 5, 11), np.arange(left + 4, left + width - 6, 9)
    shining = rng.random((len(down), len(across)))
    bright, dim = fill(lit, 0.95), fill(lit, 0.55)
    for i, j in np.argwhere(shining < 0.5).tolist():
        board.rect(float(across[j]), float(down[i]), 4, 5, bright if shining[i, j] < 0.35 else dim)


def ink_wash(rng: Rng, _offered: Palette, plane: Plane) -> Work:
    """Mountains one before another, each dark along its ridge and lost in mist below, on bare paper."""
    name = "ink" if rng.random() < 0.6 else ("ice", "earth", "ocean")[int(rng.integers(3))]
    palette = Palette.draw(rng, name)
    colours = palette.by_light
    image = plane.flat(PAPER)
    count, top = int(rng.integers(2, 5)), float(rng.uniform(0.27, 0.36))
    wash = plane.noise(rng, 4, 4)
    for i in range(count):
        ridge = _ridge(rng, plane, top + (0.85 - top) * i / count, 0.8 + 0.5 * float(rng.random()))
        below = plane.y - ridge[None]
        mist = np.exp(-np.clip(below, 0, 1) * np.float32(rng.uniform(3, 6)))
        edge = 1 + 0.2 * np.exp(-np.clip(below, 0, 1) * 40)
        strength = smooth(below * 25 + 0.5) * mist * edge * np.clip(0.8 + 0.22 * wash, 0, 1)
        blend(image, planes(colours[0 if i else 1]), np.clip(strength * (0.35 + 0.6 * i / count), 0, 1))
    board = Board(plane, to_pixels(image))
    seal = bool(rng.random() < 0.4)
    if seal:
        x, y = S * float(rng.uniform(0.78, 0.9)), S * float(rng.uniform(0.08, 0.2))
        board.rect(x, y, 12, 16, fill(SEAL))
    what = ("misty ink mountains", "washes of ink", "empty space", *(("a small red seal",) if seal else ()))
    subject = Subject(
        "ink wash", "水墨", what, "云雾山水", ("quiet", "misty", "serene"), "空灵", medium="ink", upright=True
    )
    return Work(board.pixels, subject, palette)


def _ridge(rng: Rng, plane: Plane, base: float, rough: float) -> Field:
    """(side,) The height of a mountain's edge along x: three slow waves and finer rock."""
    waves = np.zeros(plane.side, np.float32)
    for times in (1, 2.1, 4.3):
        waves += np.sin(2 * np.pi * times * plane.line + np.float32(rng.uniform(0, 6))) / np.float32(times)
    return base + 0.072 * waves + 0.012 * rough * plane.ridge(rng, 10, 3)
