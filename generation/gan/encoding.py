"""Pictures as files: PNG with a transparent ground, and a looping WebP put together from single frames.

Pillow writes a moving WebP in one long call. Here each frame is written when it is made, so that nobody waits for more
than one, and `animation` only puts them in a row (the container is RFC 9649, section 2.7).
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

SIDE = 128  # px, of a still picture
FRAME_SIDE = 256  # px, of a moving one
FRAME_LIMIT = 20_000  # bytes, so that 24 of them stay under 500 kB
QUALITIES = (80, 60, 35, 10)  # the first that stays under the limit is taken
METHOD = 1  # libwebp's effort, 0 to 6: 1 is a tenth smaller than 0 and as fast
COMPRESSION = 3  # zlib's effort, 0 to 9: a tenth larger than 6 in a third of the time


def on_white(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """(s, s, 4) RGBA laid on white paper."""
    alpha = picture[..., 3:].astype(np.float32) / 255
    laid = np.full_like(picture, 255)
    laid[..., :3] = (255 + alpha * (picture[..., :3] - np.float32(255))).round()
    return laid


def png(picture: npt.NDArray[np.uint8]) -> bytes:
    """(s, s, 4) RGBA as a PNG of 128x128 px."""
    return _bytes(_sized(picture, SIDE), "PNG", compress_level=COMPRESSION)


def webp_frame(picture: npt.NDArray[np.uint8]) -> bytes:
    """(s, s, 4) RGBA as a WebP of 256x256 px, of no more than `FRAME_LIMIT` bytes where that can be."""
    image = _sized(picture, FRAME_SIDE)
    for quality in QUALITIES:
        data = _bytes(image, "WEBP", quality=quality, alpha_quality=quality, method=METHOD)
        if len(data) <= FRAME_LIMIT:
            break
    return data


def animation(frames: Sequence[bytes], order: Sequence[int], durations_ms: Sequence[int]) -> bytes:
    """An endless WebP of still ones of one size, shown in that `order`, each for so long."""
    width, height = Image.open(io.BytesIO(frames[0])).size
    size = _24(width - 1) + _24(height - 1)
    images = [
        b"".join(_chunk(name, data) for name, data in _chunks(frame) if name in _IMAGE) for frame in frames
    ]
    body = _chunk(b"VP8X", struct.pack("<I", _ANIMATED | _TRANSPARENT) + size)
    body += _chunk(b"ANIM", struct.pack("<IH", 0, 0))  # no ground, for ever
    for at, duration_ms in zip(order, durations_ms, strict=True):
        head = _24(0) + _24(0) + size + _24(duration_ms) + bytes([_REPLACES])
        body += _chunk(b"ANMF", head + images[at])
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


_IMAGE = (b"ALPH", b"VP8 ", b"VP8L")
_ANIMATED, _TRANSPARENT = 0x02, 0x10
_REPLACES = 0x02  # a frame is not laid over the one before


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """What a RIFF file holds."""
    at = 12
    while at < len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        yield name, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _24(number: int) -> bytes:
    return struct.pack("<I", number)[:3]


def _sized(picture: npt.NDArray[np.uint8], side: int) -> Image.Image:
    """Pillow weighs colours by their alpha when it resizes, so that no dark rim appears (Lanczos: docs/pictures.md)."""
    image = Image.fromarray(picture, "RGBA")
    return image if image.width == side else image.resize((side, side), Image.Resampling.LANCZOS)


def _bytes(image: Image.Image, kind: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
