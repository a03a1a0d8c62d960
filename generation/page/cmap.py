"""Which characters a font has, read from its `cmap` table (OpenType 1.9, subtable formats 4 and 12).

Typst puts a box where a font lacks a character and says nothing, so it is asked beforehand.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

UNICODE_FULL, UNICODE_BMP = (
    ((3, 10), (0, 4), (0, 6)),
    ((3, 1), (0, 3), (0, 2), (0, 1), (0, 0)),
)  # platform, encoding


def characters(font: Path) -> frozenset[int]:
    """The code points that the font file has a glyph for.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no OpenType font, or its table has another format.
    """
    table = _table(font)
    (count,) = struct.unpack_from(">H", table, 2)
    offsets = {}
    for n in range(count):
        platform, encoding, offset = struct.unpack_from(">HHL", table, 4 + 8 * n)
        offsets[platform, encoding] = offset
    for key in (*UNICODE_FULL, *UNICODE_BMP):
        if key in offsets:
            return _subtable(table, offsets[key])
    raise ValueError(f"{font.name} maps no Unicode")


def _table(font: Path) -> bytes:
    with font.open("rb") as file:
        head = file.read(12)
        if head[:4] not in (b"OTTO", b"\0\1\0\0", b"true"):
            raise ValueError(f"{font.name} is no OpenType font")
        for _ in range(int.from_bytes(head[4:6])):
            tag, _checksum, offset, length = struct.unpack(">4sLLL", file.read(16))
            if tag == b"cmap":
                file.seek(offset)
                return file.read(length)
    raise ValueError(f"{font.name} has no cmap")


def _subtable(table: bytes, at: int) -> frozenset[int]:
    (form,) = struct.unpack_from(">H", table, at)
    if form == 12:
        return _segmented(table, at)
    if form == 4:
        return _segments_to_deltas(table, at)
    raise ValueError(f"a cmap of format {form} is not read here")


def _segmented(table: bytes, at: int) -> frozenset[int]:
    """Format 12: groups of (first, last, glyph of the first)."""
    (count,) = struct.unpack_from(">L", table, at + 12)
    found: set[int] = set()
    for first, last, glyph in struct.iter_unpack(">LLL", table[at + 16 : at + 16 + 12 * count]):
        found.update(range(first + (glyph == 0), last + 1))
    return frozenset(found)


def _segments_to_deltas(table: bytes, at: int) -> frozenset[int]:
    """Format 4: four parallel arrays of segments; glyph 0, looked up, means that there is none."""
    (twice,) = struct.unpack_from(">H", table, at + 6)
    count = twice // 2
    ends = struct.unpack_from(f">{count}H", table, at + 14)
    starts = struct.unpack_from(f">{count}H", table, at + 16 + twice)
    deltas = struct.unpack_from(f">{count}H", table, at + 16 + 2 * twice)
    ranges_at = at + 16 + 3 * twice
    ranges = struct.unpack_from(f">{count}H", table, ranges_at)
    found: set[int] = set()
    for n, (first, last, delta, hop) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            if hop:
                (glyph,) = struct.unpack_from(">H", table, ranges_at + 2 * n + hop + 2 * (code - first))
                glyph = glyph and (glyph + delta) & 0xFFFF
            else:
                glyph = (code + delta) & 0xFFFF
            if glyph:
                found.add(code)
    return frozenset(found)
