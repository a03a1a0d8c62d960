"""What flows or lies in layers: marbling, cut paper, waves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generation.gan.training.painter.board import Board, S, shaded
from generation.gan.training.painter.palette import by_light, scaled
from generation.gan.training.painter.plane import blend, planes, smooth, to_image, to_pixels
from generation.gan.training.painter.subject import Subject, Work, counted

if TYPE_CHECKING:
    from generation.gan.training.painter.palette import Palette
    from generation.gan.training.painter.plane import Plane
    from generation.gan.training.painter.subject import Rng


def marbling(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """A slanted ramp of colours, stirred two or three times; often with dark veins between the bands."""
    y, x = plane.y + 0 * plane.x, plane.x + 0 * plane.y
    for _ in range(int(rng.integers(2, 4))):
        cells, amount = int(rng.integers(2, 4)), np.float32(rng.uniform(0.04, 0.11))
        y, x = y + amount * plane.noise(rng, cells, 2), x + amount * plane.noise(rng, cells, 2)
    slant, steep = float(rng.uniform(-1, 1)), float(rng.uniform(0.5, 1.4))
    turns = float(rng.uniform(2, 5))
    along = ((slant * x + steep * y + 0.12 * np.sin(9 * x)) * turns) % 1
    colours = (*palette.colours, palette.ground)
    pixels = plane.ramp((*colours, colours[0]), along)
    if rng.random() < 0.6:
        off = np.abs((along * len(colours)) % 1 - 0.5) * np.float32(1 / 0.06)
        veined = to_image(pixels)
        veined *= 1 - np.float32(0.28) * np.exp(-off * off)
        pixels = to_pixels(veined)
    what = ("swirling marbled colours", "liquid swirls", "fluid ribbons of paint")
    subject = Subject("marbled", "大理石纹", what, "漩涡般的流动色彩", ("fluid", "dreamy", "flowing"), "梦幻")
    return Work(pixels, subject, palette)


def paper_cut(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Sheets cut along the heights of a field, each with its shadow on the ones below and a light edge."""
    count, height = int(rng.integers(4, 8)), plane.noise(rng, int(rng.integers(1, 4)), 3, 0.4)
    colours = by_light((*palette.colours, palette.ground))
    colours = colours if rng.random() < 0.5 else colours[::-1]
    levels = np.quantile(height[::4, ::4], np.linspace(0, 1, count + 1)[1:-1])
    down, across = np.gradient(height, 1 / plane.side)
    steep = np.hypot(down, across) + np.float32(1.5)
    image = plane.flat(colours[0])
    shift = max(1, round(0.018 * plane.side))
    for i, level in enumerate(levels.tolist()):
        inside = (height - np.float32(level)) / steep  # about how far from the edge, of the side
        fallen = np.empty_like(inside)
        fallen[shift:, shift:] = inside[:-shift, :-shift]
        fallen[:shift], fallen[:, :shift] = inside[:shift], inside[:, :shift]
        image *= 1 - np.float32(0.42) * smooth(fallen * 22 + np.float32(0.6))
        sheet = planes(colours[(i + 1) % len(colours)]) + np.float32(0.06) * smooth(1 - inside * 70)
        blend(image, sheet, smooth(inside * (plane.side / 3) + np.float32(0.5)))
    what = ("layered paper cut shapes", "organic layers with shadows", counted(count, "layer"))
    subject = Subject("paper cut", "剪纸层叠", what, "层叠的剪纸形状", ("soft", "calm", "deep"), "柔和")
    return Work(to_pixels(image), subject, palette)


def waves(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Bands one before another, each darker towards its foot, many with a line of foam."""
    count, phase = int(rng.integers(5, 16)), float(rng.uniform(0, 6))
    colours = palette.by_light if rng.random() < 0.6 else palette.colours
    board = Board(plane, palette.ground if rng.random() < 0.5 else colours[0])
    amount, times = float(rng.uniform(0.02, 0.09)), float(rng.uniform(0.6, 2.4))
    foam = palette.by_light[-1] if palette.dark else palette.ground
    x = np.linspace(-0.05, 1.05, 48)
    for i in range(count):
        top = 0.08 + i / count
        swell = np.sin(2 * np.pi * times * x + phase + i * rng.uniform(0.3, 0.7))
        y = top + amount * swell + 0.4 * amount * np.sin(2 * np.pi * times * 2.1 * x + i * 1.3)
        crest = np.stack([x, y], 1) * S
        colour, depth = colours[i % len(colours)], 0.06 + 1.2 / count
        body = np.vstack([[(-20, S + 20)], crest, [(S + 20, S + 20)]])
        shade = shaded(
            (0, (top - amount) * S),
            (0, (top + depth) * S),
            (scaled(colour, 1.08), scaled(colour, 0.84)),
            0.95,
        )
        board.poly(body, shade)
        if rng.random() < 0.5:
            board.trail(crest, foam, float(rng.uniform(1.2, 2.4)), 0.65)
    big = amount > 0.055
    what = ("wavy bands", "layered waves", "big rolling waves" if big else "gentle waves")
    mood = ("rolling", "rhythmic") if big else ("calm", "flowing")
    subject = Subject("waves", "波浪", what, "层层波浪", mood, "起伏" if big else "平静")
    return Work(board.pixels, subject, palette)
