"""Pictures as real encoders write them, for tests."""

from __future__ import annotations

import io
import zlib
from typing import Any

from PIL import Image

SIDE = 320
COLOURS = ((200, 60, 30, 255), (30, 60, 200, 128), (30, 160, 60, 255), (0, 0, 0, 0))


def picture(kind: str = "PNG", side: int = SIDE, frames: int = 1, ms: int = 250, **how: Any) -> bytes:
    """A square of `frames` colours, each shown for `ms` milliseconds. `kind` is Pillow's name of the format."""
    drawn = [Image.new("RGBA", (side, side), COLOURS[number % len(COLOURS)]) for number in range(frames)]
    if kind == "JPEG":
        drawn = [each.convert("RGB") for each in drawn]
    if frames > 1:
        how |= {"save_all": True, "append_images": drawn[1:], "duration": ms, "loop": 0}
    file = io.BytesIO()
    drawn[0].save(file, kind, **how)
    return file.getvalue()


def heavy(data: bytes, size: int) -> bytes:
    """The same PNG with a chunk that nobody looks at, `size` bytes in all."""
    end = data.rindex(b"IEND") - 4
    room = size - len(data) - 12
    assert room >= 0
    return data[:end] + _chunk(b"teSt", b"x" * room) + data[end:]


def _chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")
