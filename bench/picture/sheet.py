"""A sheet of pictures to look at: cells in a grid, each some pictures side by side with words beneath."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from bench.picture.views import on_white

if TYPE_CHECKING:
    from collections.abc import Sequence

GROUND, INK = (236, 236, 236), (40, 40, 40)
GAP, LINE = 6, 13  # px
LARGEST = 300_000  # bytes of a sheet that is kept in the repository


@dataclass(frozen=True, slots=True)
class Cell:
    """Pictures that belong together, and what they show."""

    pictures: tuple[Image.Image, ...]
    words: str


def sheet(cells: Sequence[Cell], columns: int, side: int, lines: int = 2) -> Image.Image:
    """All cells on grey, each picture on white at `side` px. Every cell has as many pictures as the first."""
    wide = side * len(cells[0].pictures) + GAP
    tall = side + lines * LINE + GAP
    rows = -(-len(cells) // columns)
    page = Image.new("RGB", (columns * wide + GAP, rows * tall + GAP), GROUND)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(11)
    for number, cell in enumerate(cells):
        left, top = GAP + number % columns * wide, GAP + number // columns * tall
        for at, picture in enumerate(cell.pictures):
            page.paste(
                on_white(picture).resize((side, side), Image.Resampling.LANCZOS), (left + at * side, top)
            )
        words = "\n".join(broken(cell.words, font, wide - GAP, lines))
        draw.multiline_text((left, top + side), words, INK, font, spacing=1)
    return page


def broken(
    words: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, wide: int, lines: int
) -> list[str]:
    """`words` in at most so many lines of `wide` px; what has no room is left out, with an ellipsis in its place."""
    found, rest = [""], words.split()
    while rest:
        longer = f"{found[-1]} {rest[0]}".strip()
        if not found[-1] or font.getlength(longer) <= wide:
            found[-1] = longer
            rest.pop(0)
        elif len(found) < lines:
            found.append("")
        else:
            found[-1] += "…"
            break
    return found


def kept(page: Image.Image) -> bytes:
    """A sheet as WebP, at the best quality that keeps it under 300 KB.

    Raises:
        ValueError: it is too large at any quality worth looking at.
    """
    for quality in (85, 75, 60, 45):
        out = io.BytesIO()
        page.save(out, "WEBP", quality=quality, method=6)
        if out.tell() < LARGEST:
            return out.getvalue()
    raise ValueError(f"A sheet of {page.width}x{page.height} px does not fit {LARGEST} bytes.")
