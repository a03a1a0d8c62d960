"""The picture of waits: for each guild the median wait and the 95th percentile, two policies beside each other, as SVG."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDTH, LEFT, RIGHT, TOP, ROW = 860, 190, 30, 92, 30
FLOOR_S = 0.1  # the axis begins here; what is shorter is drawn at it
INK, FAINT, PAPER = "#24292f", "#d0d7de", "#ffffff"
COLOURS = ("#1f6feb", "#d1742f")
TICKS = (
    (0.1, "0.1 s"), (1, "1 s"), (10, "10 s"), (60, "1 min"), (600, "10 min"), (3600, "1 h"), (36000, "10 h"),
)  # fmt: skip

Waits = tuple[float, float]  # seconds: median, 95th percentile


def picture(title: str, note: str, rows: Mapping[str, Mapping[str, Waits]]) -> str:
    """`rows` has, for each guild, each policy's waits (the same two policies, in the same order)."""
    policies = list(next(iter(rows.values())))
    longest = max(waits[1] for row in rows.values() for waits in row.values())
    height = TOP + ROW * len(rows) + 40

    def x(seconds: float) -> float:
        share = math.log(max(seconds, FLOOR_S) / FLOOR_S) / math.log(max(longest, 1.0) / FLOOR_S)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def text(at_x: float, at_y: float, words: str, *, size: int = 12, anchor: str = "start") -> str:
        return f'<text x="{at_x}" y="{at_y}" font-size="{size}" text-anchor="{anchor}">{escape(words)}</text>'

    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"',
        f'font-family="system-ui, sans-serif" fill="{INK}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>',
        text(20, 28, title, size=16),
        text(20, 48, note),
    ]
    for n, policy in enumerate(policies):
        drawn.append(f'<circle cx="{LEFT + 6 + 220 * n}" cy="66" r="5" fill="{COLOURS[n]}"/>')
        drawn.append(text(LEFT + 18 + 220 * n, 70, policy))
    bottom = TOP + ROW * len(rows)
    for seconds, words in TICKS:
        if seconds <= longest:
            drawn.append(f'<path d="M{x(seconds)} {TOP - 8}V{bottom}" stroke="{FAINT}"/>')
            drawn.append(text(x(seconds), bottom + 18, words, anchor="middle"))
    for n, (guild, row) in enumerate(rows.items()):
        middle = TOP + ROW * n + ROW / 2 - 4
        drawn.append(text(LEFT - 12, middle + 4, guild, anchor="end"))
        for policy, (median, late) in enumerate(row.values()):
            y, colour = middle - 5 + 10 * policy, COLOURS[policy]
            drawn.append(f'<path d="M{x(median)} {y}H{x(late)}" stroke="{colour}" stroke-width="3"/>')
            drawn.append(f'<circle cx="{x(median)}" cy="{y}" r="5" fill="{colour}"/>')
    return "\n".join([*drawn, "</svg>"]) + "\n"
