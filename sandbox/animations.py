"""How many frames a picture has and how long they play, read by walking its container to the end.

A container that breaks off or does not add up is no picture: that much is looked at, the pixels are not.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox import pictures

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Played:
    """`seconds` is one round; a still has one frame and none."""

    frames: int = 1
    seconds: float = 0.0

    @property
    def moves(self) -> bool:
        """Whether there is more than one frame."""
        return self.frames > 1


STILL = Played()


def played(data: bytes) -> Played | None:
    """The frames of a whole PNG, GIF, JPEG or WebP; None where it is no such thing, or broken."""
    try:
        match pictures.kind(data):
            case "image/png":
                return _png(data)
            case "image/gif":
                return _gif(data)
            case "image/webp":
                return _webp(data)
            case "image/jpeg":
                return STILL if data.rstrip(b"\0").endswith(b"\xff\xd9") else None
            case _:
                return None
    except (struct.error, IndexError):
        return None


def _png(data: bytes) -> Played | None:
    """By acTL and the delays of each fcTL (PNG third edition, sections 11.3.6.1 and 11.3.6.2)."""
    at, frames, delays = len(pictures.PNG), 1, []
    while True:
        length, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        (check,) = struct.unpack_from(">I", data, at + 8 + length)
        if zlib.crc32(name + body) != check:
            return None
        if name == b"acTL":
            (frames,) = struct.unpack_from(">I", body)
        elif name == b"fcTL":
            part, whole = struct.unpack_from(">HH", body, 20)
            delays.append(part / (whole or 100))
        elif name == b"IEND":
            return Played(frames, sum(delays)) if frames > 1 else STILL
        at += 12 + length


def _gif(data: bytes) -> Played | None:
    """By its images and their graphic control extensions (GIF89a, sections 20 and 23)."""
    at = 13 + _table(data[10])
    frames, seconds = 0, 0.0
    while True:
        match data[at]:
            case 0x3B:
                return Played(frames, seconds) if frames > 1 else STILL if frames else None
            case 0x21:
                if data[at + 1] == 0xF9:
                    seconds += struct.unpack_from("<H", data, at + 4)[0] / 100
                at = _past_blocks(data, at + 2)
            case 0x2C:
                frames += 1
                at = _past_blocks(data, at + 10 + _table(data[at + 9]) + 1)
            case _:
                return None


def _table(packed: int) -> int:
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0


def _past_blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1


def _webp(data: bytes) -> Played | None:
    """By its ANMF chunks (RFC 9649, section 2.7.1.1)."""
    (length,) = struct.unpack_from("<I", data, 4)
    if len(data) < 8 + length:
        return None
    delays = [int.from_bytes(body[12:15], "little") for name, body in _chunks(data) if name == b"ANMF"]
    return Played(len(delays), sum(delays) / 1000) if len(delays) > 1 else STILL


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at < len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        yield name, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
