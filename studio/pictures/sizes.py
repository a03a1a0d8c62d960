"""A picture at the sizes that Discord takes it in. Pure: the native PNG's bytes in, a PNG's bytes out, RGBA.

Enlarging is Lanczos, which beat a learnt upscaler and a tracer on these pictures. Colour is premultiplied by alpha while
it is done, so that what hides behind a transparent ground does not bleed into the edge.
"""

from __future__ import annotations

import io
import struct

from PIL import Image, UnidentifiedImageError

FULL_PX = 512
EMOJI_PX, EMOJI_BYTES = 128, 256 * 1024
STICKER_PX, STICKER_BYTES = 320, 512 * 1024
MOST_PX = 1024  # a side, of what a host makes
# what Pillow raises for files that are cut off or were never pictures; a frame that does not decode is an EOFError
BROKEN = (UnidentifiedImageError, OSError, EOFError, ValueError, SyntaxError, struct.error)


class NotAPictureError(ValueError):
    """Bytes that are not a picture of the sort that a host makes; the message says why, for the log."""


def full_size(png: bytes) -> bytes:
    """The picture at 512 px."""
    return encoded(resized(opened(png), FULL_PX))


def emoji(png: bytes) -> bytes:
    """The picture at 128 px. Uncompressed it has 64 KiB, so that it always fits the limit of 256 KiB."""
    return encoded(resized(opened(png), EMOJI_PX))


def sticker(png: bytes) -> bytes:
    """The picture at 320 px. Uncompressed it has 400 KiB, so that it always fits the limit of 512 KiB."""
    return encoded(resized(opened(png), STICKER_PX))


def opened(png: bytes) -> Image.Image:
    """A native picture, RGBA.

    Raises:
        NotAPictureError: it is no PNG, or larger than any host makes.
    """
    check(png, "image/png")
    with Image.open(io.BytesIO(png)) as image:
        return image.convert("RGBA")


def check(data: bytes, mime: str) -> None:
    """See that `data` is what `mime` says, whole, and of a size that a host makes; of what moves, the first frame.

    Raises:
        NotAPictureError: it is not.
    """
    wanted = {"image/png": "PNG", "image/webp": "WEBP"}[mime]
    try:
        with Image.open(io.BytesIO(data), formats=[wanted]) as image:
            _bounded(image)
            image.load()
    except NotAPictureError:
        raise
    except (*BROKEN, Image.DecompressionBombError) as error:
        raise NotAPictureError(f"not a {wanted}: {type(error).__name__}") from error


def _bounded(image: Image.Image) -> None:
    if max(image.size) > MOST_PX:
        raise NotAPictureError(f"a picture of {image.width} x {image.height}")


def resized(image: Image.Image, side: int) -> Image.Image:
    """`image` (RGBA) with its longer side `side` pixels long."""
    scale = side / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")


def encoded(image: Image.Image) -> bytes:
    """`image` as a PNG."""
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
