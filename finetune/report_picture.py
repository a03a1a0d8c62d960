"""A report as one picture that a moderator can read in a channel: the outcome, the gates, the course of the loss, and pieces side by side."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from generation.page.fonts import OURS, han_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from finetune.report import Gate, Point, Report, Side

WIDTH, MARGIN, GAP = 1400, 56, 36
PAPER, INK, SOFT, RULE = (250, 248, 243), (34, 32, 30), (112, 106, 98), (214, 208, 198)
GOOD, BAD, WAIVABLE = (46, 112, 70), (168, 46, 40), (178, 116, 20)
LINE = (40, 84, 140)
SIDES = 3  # pieces shown, each of a theme of its own
SIDE_LINES = 14  # of each
PLOT = 220  # pixels high
_HAN = re.compile(r"[\u3400-\u9fff]")


def draw(report: Report) -> Image.Image:
    """The picture, RGB, `WIDTH` wide and as high as it has to be."""
    page = _Page()
    outcome = {
        "passed": ("passed every gate", GOOD), "waivable": ("needs a moderator's word", WAIVABLE),
        "refused": ("may not serve", BAD),
    }[report.verdict]  # fmt: skip
    page.text(f"A candidate for {report.kind}: {outcome[0]}", 40, outcome[1])
    page.text(_about(report), 22, SOFT)
    if report.more or report.less:
        page.text(_words(report), 22, SOFT)
    if report.refusal:
        page.text(report.refusal, 26, BAD)
    if report.gates:
        page.heading("Gates, against what serves now")
        for gate in report.gates:
            page.gate(gate)
    if len(report.losses) > 1:
        page.heading("Loss while it learnt (thin) and on themes that were held out (dots)")
        page.plot(report.losses, report.held_out_losses)
    if report.samples:
        page.heading("The same wish, the same seed: what serves, and the candidate")
        for side in list({(side.form, side.theme): side for side in reversed(report.samples)}.values())[
            -SIDES:
        ]:
            page.side(side)
    return page.done()


def save(report: Report, file: Path) -> None:
    """Write the picture as PNG, whole or not at all. Raises OSError."""
    making = file.with_name(f".{file.name}")
    draw(report).save(making, "PNG", optimize=True)
    making.replace(file)


def _about(report: Report) -> str:
    minutes = sum(report.seconds.values()) / 60
    came_back = ""
    if report.share < 1.0:
        came_back = f" It went {report.share:.0%} of the way that it had learnt: at first what it wrote was not let through."
    return (
        f"{report.liked} liked and {report.disliked} disliked pieces of {report.voters} voters, {report.held_out} held out. "
        f"{report.objective.upper()}, {report.pairs} pairs, {report.steps} steps, {minutes:.0f} minutes. "
        f"{', '.join(report.serves)}.{came_back}"
    )


def _words(report: Report) -> str:
    said = [
        f"{name} of: {', '.join(words)}."
        for name, words in (("More", report.more), ("Less", report.less)) if words
    ]  # fmt: skip
    return " ".join([f"Words tell {report.told:.0%} of what is liked within a theme.", *said])


class _Page:
    """Something is put below what is there already; it grows as it is written."""

    def __init__(self) -> None:
        self._image = Image.new("RGB", (WIDTH, 4000), PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self._y = MARGIN

    def done(self) -> Image.Image:
        return self._image.crop((0, 0, WIDTH, min(self._y + MARGIN, self._image.height)))

    def text(
        self, text: str, size: int, colour: tuple[int, int, int], x: int = MARGIN, width: int = WIDTH - 2 * MARGIN
    ) -> None:  # fmt: skip
        """`text`, broken to `width`."""
        for line in _broken(text, size, width):
            self._draw.text((x, self._y), line, colour, _font(size, line))
            self._y += round(size * 1.3)

    def heading(self, text: str) -> None:
        self._y += GAP
        self.text(text, 28, INK)
        self._draw.line((MARGIN, self._y + 4, WIDTH - MARGIN, self._y + 4), RULE, 2)
        self._y += 18

    def gate(self, gate: Gate) -> None:
        """A mark, its name, and its sentence."""
        colour = GOOD if gate.passed else WAIVABLE if gate.waivable else BAD
        said = "passed" if gate.passed else "can be waived" if gate.waivable else "failed"
        y = self._y
        self._draw.ellipse((MARGIN, y + 8, MARGIN + 16, y + 24), colour)
        self._draw.text((MARGIN + 32, y), gate.name, INK, _font(24, gate.name))
        self._draw.text((MARGIN + 220, y), said, colour, _font(24, said))
        self.text(gate.sentence, 24, INK, MARGIN + 390, WIDTH - 2 * MARGIN - 390)
        self._y += 6

    def plot(self, losses: Sequence[Point], held_out: Sequence[Point]) -> None:
        """The course of both, on one scale."""
        values = [point.loss for point in (*losses, *held_out)]
        low, high = min(values), max(values)
        last = max(point.step for point in (*losses, *held_out)) or 1
        left, right, top = MARGIN + 90, WIDTH - MARGIN, self._y + 8

        def at(point: Point) -> tuple[float, float]:
            share = (point.loss - low) / (high - low) if high > low else 0.5
            return left + (right - left) * point.step / last, top + PLOT * (1 - share)

        for value in (high, low):
            level = top + (0 if value == high else PLOT)
            self._draw.line((left, level, right, level), RULE, 1)
            self._draw.text((MARGIN, level - 14), f"{value:.3f}", SOFT, _font(20, ""))
        self._draw.line([at(point) for point in losses], LINE, 2)
        for point in held_out:
            x, y = at(point)
            self._draw.ellipse((x - 6, y - 6, x + 6, y + 6), BAD)
        self._y = top + PLOT + 24

    def side(self, side: Side) -> None:
        """What serves on the left, the candidate on the right."""
        self.text(f"{side.form}: {side.theme}", 22, SOFT)
        top, ends = self._y, []
        half = (WIDTH - 2 * MARGIN - GAP) // 2
        for x, text in ((MARGIN, side.before), (MARGIN + half + GAP, side.after)):
            self._y = top
            lines = [line for written in text.split("\n") for line in (_broken(written, 26, half) or [""])]
            for line in [*lines[:SIDE_LINES], *(["…"] if len(lines) > SIDE_LINES else [])]:
                self._draw.text((x, self._y), line, INK, _font(26, line))
                self._y += 34
            ends.append(self._y)
        self._draw.line((MARGIN + half + GAP // 2, top, MARGIN + half + GAP // 2, max(ends)), RULE, 1)
        self._y = max(ends) + 22


@functools.cache
def _face(size: int, han: bool) -> ImageFont.FreeTypeFont:
    folder = han_folder() if han else None
    file = OURS / "EBGaramond-Regular.ttf" if folder is None else folder / "NotoSerifSC-Regular.otf"
    # the plain engine: what a model writes may be no text, and shaping that fails
    return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)


def _font(size: int, text: str) -> ImageFont.FreeTypeFont:
    return _face(size, _HAN.search(text) is not None)


def _broken(text: str, size: int, width: int) -> list[str]:
    """Lines of at most `width` pixels: between words, of Chinese between characters."""
    lines: list[str] = []
    line = ""
    shown = "".join(char if char.isprintable() else " " for char in text)
    for part in re.findall(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]{1,80}|\s+", shown):
        longer = line + part
        if line.strip() and _font(size, longer).getlength(longer.rstrip()) > width:
            lines.append(line.rstrip())
            longer = part.lstrip()
        line = longer
    return [*lines, line.rstrip()] if line.strip() else lines
