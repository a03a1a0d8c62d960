"""Round things: circles, rings, arcs, dots, and rays around a point."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import skia

from generation.gan.training.painter.board import Board, S, fill, stroke
from generation.gan.training.painter.palette import scaled
from generation.gan.training.painter.subject import Subject, Work, counted

if TYPE_CHECKING:
    from generation.gan.training.oklch import Colour
    from generation.gan.training.painter.palette import Palette
    from generation.gan.training.painter.plane import Plane
    from generation.gan.training.painter.subject import Rng


def circles(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Translucent circles, each over the edge of an earlier one."""
    board, count = Board(plane, palette.ground), int(rng.integers(3, 12))
    mode = skia.BlendMode.kScreen if palette.dark else skia.BlendMode.kMultiply
    placed: list[tuple[float, float, float]] = []
    for _ in range(count):
        placed.append(_beside(rng, placed, S * float(rng.uniform(0.07, 0.27)) * (1 if count < 8 else 0.75)))
    spread = np.array(placed)
    low, high = (spread[:, :2] - spread[:, 2:]).min(0), (spread[:, :2] + spread[:, 2:]).max(0)
    spread[:, :2] -= (low + high) / 2
    spread *= S * float(rng.uniform(0.6, 0.92)) / (high - low).max()
    spread[:, :2] += S / 2 + rng.normal(0, 6, 2)
    last = palette.ground
    for x, y, radius in spread.tolist():
        last = colour = palette.pick(rng, away=(palette.ground, last))
        board.circle(x, y, radius, fill(colour, float(rng.uniform(0.6, 0.92)), blend=mode))
        lot = float(rng.random())
        if lot < 0.4:
            inner = radius * float(rng.uniform(0.3, 0.7))
            board.circle(x, y, inner, fill(palette.pick(rng, away=(colour,)), float(rng.uniform(0.6, 0.95))))
        elif lot < 0.6:
            board.circle(x, y, radius, stroke(palette.pick(rng, away=(palette.ground,)), 1.8, 0.8))
    what = (counted(count, "overlapping circle"), "round shapes", "translucent circles")
    mood = ("playful", "gentle") if count < 7 else ("playful", "lively")
    return Work(board.pixels, Subject("circles", "圆形", what, "重叠的圆", mood, "活泼"), palette)


def _beside(rng: Rng, placed: list[tuple[float, float, float]], radius: float) -> tuple[float, float, float]:
    """A place for a circle of about that radius whose edge crosses the edge of one that is placed already."""
    if not placed:
        x, y = (rng.uniform(0.3, 0.7, 2) * S).tolist()
        return x, y, max(radius, 0.14 * S)
    x0, y0, other = placed[int(rng.integers(max(0, len(placed) - 3), len(placed)))]
    apart = abs(radius - other) + float(rng.uniform(0.5, 0.93)) * 2 * min(radius, other)
    outwards = math.atan2(y0 - S / 2, x0 - S / 2)
    out = outwards + math.pi + float(rng.normal(0, 1.1))  # back across the middle, mostly
    return x0 + apart * math.cos(out), y0 + apart * math.sin(out), radius


def rings(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Rings in squares, a little out of round, no two neighbours of one colour, after Kandinsky's colour study."""
    side = int(rng.integers(1, 5))
    board, cell = Board(plane, palette.ground), S / side
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    for i in range(side * side):
        x, y = i % side * cell, i // side * cell
        last = palette.pick(rng)
        board.rect(x, y, cell + 1, cell + 1, fill(last))
        count = int(rng.integers(3, 6))
        with board.turned(x, y, 0):
            board.canvas.clipRect(skia.Rect.MakeWH(cell, cell))
            for ring in range(count):
                last = palette.pick(rng, away=(last,))
                radius = cell * 0.55 * (1 - ring / count) * float(rng.uniform(0.92, 1.05))
                three, five = rng.uniform(0, 6, 2)
                wobble = 1 + 0.03 * np.sin(turn * 3 + three) + 0.02 * np.sin(turn * 5 + five)
                outline = np.stack([np.cos(turn), np.sin(turn)], 1) * (radius * wobble)[:, None] + cell / 2
                board.poly(outline, fill(last, 0.96))
    if side == 1:
        what: tuple[str, ...] = ("concentric rings of colour", "one large target of rings")
    else:
        squares = "4 squares with rings" if side == 2 else "many small squares with rings"
        what = ("concentric circles in squares", squares)
    return Work(
        board.pixels,
        Subject("concentric circles", "同心圆", what, "同心圆", ("joyful", "rhythmic"), "欢快"),
        palette,
    )


def arcs(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Quarter circles in the squares of a board, each from a corner of its own."""
    side = int(rng.integers(2, 5))
    board, cell = Board(plane, palette.ground), S / side
    corners = ((0, 0, 0), (1, 0, 90), (1, 1, 180), (0, 1, 270))
    grounds: dict[int, Colour] = {}
    for i in range(side * side):
        x, y = i % side * cell, i // side * cell
        near = tuple(grounds[k] for k in (i - side, i - 1 if i % side else -1) if k in grounds)
        last = grounds[i] = palette.pick(rng, away=near)
        board.rect(x, y, cell + 1, cell + 1, fill(last))
        right, down, start = corners[int(rng.integers(4))]
        count = int(rng.integers(2, 5))
        for band in range(count):
            last = palette.pick(rng, away=(last,))
            radius = cell * (1 - band / count)
            board.arc(x + right * cell, y + down * cell, radius, start, 90, fill(last), pie=True)
    what = ("quarter circles and arcs", "curved bands in squares", "a pattern of arcs")
    subject = Subject("arcs", "弧形", what, "四分之一圆与弧线", ("rhythmic", "lively", "musical"), "富有节奏")
    return Work(board.pixels, subject, palette)


def dots(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Rows of dots, straight or scattered, whose size and colour follow a slow field."""
    side, loose = int(rng.integers(7, 24)), bool(rng.random() < 0.5)
    board, zone, colours = Board(plane, palette.ground), plane.noise(rng, 2, 2), palette.by_light
    rows, columns = np.divmod(np.arange((side + 1) ** 2), side + 1)
    places = np.stack([columns + rows % 2 * 0.5, rows], 1) / side
    if loose:
        places = places + rng.normal(0, 0.3 / side, places.shape)
    height = plane.at(zone, places)
    tone = (height + 1.6) / 3.2 * len(colours) + rng.normal(0, 0.4, len(height))
    which = np.clip(tone, 0, len(colours) - 1).astype(int).tolist()
    sizes = S / side * (0.28 + 0.16 * np.tanh(height)) * rng.uniform(0.85, 1.15, len(height))
    plain = [fill(colour) for colour in colours]
    lit = [fill(scaled(colour, 1.14), 0.7) for colour in colours]
    for (x, y), size, colour in zip((places * S).tolist(), sizes.tolist(), which, strict=True):
        board.circle(x, y, size, plain[colour])
        if size > 5:
            board.circle(x - 0.22 * size, y - 0.22 * size, 0.6 * size, lit[colour])
    what = (
        "many dots" if side > 12 else "large dots",
        "scattered dots" if loose else "rows of dots",
        "a field of dots",
    )
    return Work(
        board.pixels, Subject("dots", "圆点", what, "许多圆点", ("playful", "rhythmic"), "俏皮"), palette
    )


def burst(rng: Rng, palette: Palette, plane: Plane) -> Work:
    """Rays from one point to beyond the edge, straight or wound into a spiral, often around a bright centre."""
    board, count = Board(plane, palette.ground), int(rng.integers(12, 54))
    x, y = (rng.uniform(0.25, 0.75, 2) * S).tolist()
    gaps = rng.gamma(1.0, 1, count) + 0.18
    angles = rng.uniform(0, 2 * np.pi) + np.concatenate([[0.0], np.cumsum(gaps) / gaps.sum()]) * 2 * np.pi
    wound = bool(rng.random() < 1 / 3)
    spin = float(rng.uniform(0.5, 1.7) * rng.choice((-1, 1))) if wound else 0.0
    radius = np.linspace(0, S * 1.3, 14 if wound else 2)
    twist = spin * radius / S
    edges = np.stack([np.cos(angles[:, None] + twist), np.sin(angles[:, None] + twist)], -1) * radius[
        :, None
    ] + (x, y)
    first = last = palette.pick(rng)
    for i in range(count):
        closing = (first,) if i == count - 1 else ()
        blank = rng.random() < 0.12 and last != palette.ground
        last = palette.ground if blank else palette.pick(rng, away=(last, *closing)) if i else first
        board.poly(np.vstack([edges[i], edges[i + 1, ::-1]]), fill(last))
    core = bool(rng.random() < 0.6)
    if core:
        bright = palette.by_light[-1]
        board.circle(x, y, S * 0.2, fill(bright, 0.2, blur=12))
        for ring in range(3):
            last = palette.pick(rng, away=(last,)) if ring < 2 else bright
            board.circle(x, y, S * (0.13 - 0.042 * ring), fill(last))
    if wound:
        what: tuple[str, ...] = ("a spinning spiral", "curved rays")
        subject = Subject(
            "spiral", "漩涡", what, "旋转的漩涡", ("spinning", "dizzying", "full of motion"), "动感"
        )
    else:
        what = ("rays bursting from one point", "a starburst", *(("a bright centre",) if core else ()))
        subject = Subject("burst", "放射", what, "放射的光芒", ("explosive", "energetic", "radiant"), "热烈")
    return Work(board.pixels, subject, palette)
