"""The one file that shows what was made: a picture, a numbered grid or strip, or what moves. Pure: bytes in, bytes out."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from studio.pictures.sizes import encoded, full_size, opened, resized

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GROUND = (
    222,
    224,
    228,
)  # light and neutral: white stickers and black outlines both stand out, on any theme of Discord's
INK, PILL = (70, 74, 82, 255), (255, 255, 255, 170)
GAP_SHARE = 1 / 24  # of a tile's side
WIDEST = 1600  # px, of a whole sheet
SIDES = (256, 192, 128, 96, 64)  # px, of a tile, best first
COLOURS = 64  # of the last resort


class TooLargeError(Exception):
    """Even the smallest sheet is larger than the limit."""


def attachment(move: str, pictures: Sequence[bytes], limit: int) -> bytes:
    """The file that shows the pictures of a `PictureMove`, at most `limit` bytes of it: one alone is shown at full size.

    Raises:
        TooLargeError: it does not fit.
        NotAPictureError: one is none.
    """
    if move == "mix":
        return strip(pictures, limit)
    if len(pictures) > 1:
        return grid(pictures, limit)
    (alone,) = pictures
    for data in (alone,) if move == "morph" else (full_size(alone), alone):
        if len(data) <= limit:
            return data
    raise TooLargeError


def grid(pictures: Sequence[bytes], limit: int) -> bytes:
    """Up to four pictures, two in a row where there are four. At most `limit` bytes.

    Raises:
        TooLargeError: it does not fit.
        NotAPictureError: one is none.
    """
    return _sheet(pictures, 2 if len(pictures) == 4 else len(pictures), limit)


def strip(pictures: Sequence[bytes], limit: int) -> bytes:
    """Pictures in one row, from the first to the last. At most `limit` bytes.

    Raises:
        TooLargeError, NotAPictureError: as `grid`.
    """
    return _sheet(pictures, len(pictures), limit)


def _sheet(pictures: Sequence[bytes], columns: int, limit: int) -> bytes:
    images = [opened(png) for png in pictures]
    for data in _smaller_and_smaller(images, columns):
        if len(data) <= limit:
            return data
    raise TooLargeError


def _smaller_and_smaller(images: Sequence[Image.Image], columns: int) -> Iterator[bytes]:
    sheet = None
    for side in SIDES:
        if side * columns <= WIDEST or side == SIDES[-1]:
            sheet = _drawn(images, columns, side)
            yield encoded(sheet)
    assert sheet is not None
    yield encoded(sheet.quantize(COLOURS))


def _drawn(images: Sequence[Image.Image], columns: int, side: int) -> Image.Image:
    gap = max(2, round(side * GAP_SHARE))
    rows = -(-len(images) // columns)
    sheet = Image.new("RGB", (columns * (side + gap) + gap, rows * (side + gap) + gap), GROUND)
    for number, image in enumerate(images):
        tile = resized(image, side)
        left, top = (gap + (number % columns) * (side + gap), gap + (number // columns) * (side + gap))
        sheet.paste(tile, (left, top), tile)
        label = _label(number + 1, side)
        sheet.paste(label, (left + gap // 2, top + side - label.height - gap // 2), label)
    return sheet


@cache
def _label(number: int, side: int) -> Image.Image:
    """A number on a small pale pill, RGBA."""
    height = max(15, side // 12)
    font = ImageFont.load_default(round(height * 0.8))
    width = max(height, round(font.getlength(str(number)) + height * 0.6))
    label = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    draw = ImageDraw.Draw(label)
    draw.rounded_rectangle((0, 0, width - 1, height - 1), height // 2, fill=PILL)
    draw.text((width / 2, height / 2), str(number), font=font, fill=INK, anchor="mm")
    return label
