"""Which characters a font has, as its own table says."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from generation.page import fonts
from generation.page.cmap import characters

if TYPE_CHECKING:
    from pathlib import Path


def font(tmp_path: Path, subtable: bytes, encoding: tuple[int, int] = (3, 1)) -> Path:
    """A font file of a `cmap` table alone."""
    table = struct.pack(">HHHHL", 0, 1, *encoding, 12) + subtable
    head = b"\0\1\0\0" + struct.pack(">HHHH", 1, 0, 0, 0)
    path = tmp_path / "font.ttf"
    path.write_bytes(head + struct.pack(">4sLLL", b"cmap", 0, 28, len(table)) + table)
    return path


def test_groups_of_format_12_are_read(tmp_path: Path) -> None:
    subtable = struct.pack(">HHLLL", 12, 0, 40, 0, 2) + struct.pack(">LLLLLL", 65, 67, 1, 0x1F600, 0x1F600, 9)
    assert characters(font(tmp_path, subtable, (3, 10))) == {65, 66, 67, 0x1F600}


def test_segments_of_format_4_are_read_by_delta_and_by_table(tmp_path: Path) -> None:
    ends, starts, deltas, hops = (66, 99, 0xFFFF), (65, 97, 0xFFFF), (0xFFC0, 0, 1), (0, 4, 0)
    glyphs = (5, 0, 6)  # 98 has none
    body = struct.pack(">3H", *ends) + struct.pack(">H", 0)
    body += struct.pack(">3H", *starts) + struct.pack(">3H", *deltas) + struct.pack(">3H", *hops)
    body += struct.pack(">3H", *glyphs)
    subtable = struct.pack(">7H", 4, 14 + len(body), 0, 6, 4, 1, 2) + body
    assert characters(font(tmp_path, subtable)) == {65, 66, 97, 99}


def test_what_is_no_font_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "font.ttf"
    path.write_bytes(b"GIF89a" + bytes(40))
    with pytest.raises(ValueError, match="is no OpenType font"):
        characters(path)


def test_our_fonts_have_what_their_languages_need_and_no_emoji() -> None:
    serif, typewriter = fonts.covered(fonts.SERIF), fonts.covered(fonts.TYPEWRITER)
    assert {ord(char) for char in "Aéñß“”’—…·ŐЖжαω"} <= serif
    assert {ord(char) for char in "Aéñß“”’—…"} <= typewriter
    assert {ord(char) for char in "龙龍，。「」あア々〇"} <= fonts.covered(fonts.HAN)
    assert not {ord("🦊"), 0} & fonts.covered(fonts.SERIF, fonts.TYPEWRITER, fonts.HAN)


def test_only_the_fonts_that_come_with_us_are_opened() -> None:
    assert {fonts.SERIF, fonts.TYPEWRITER, fonts.HAN} <= set(fonts.opened().families())
    assert "DejaVu Sans Mono" not in fonts.opened().families()
    styles = {(found.family, found.style, found.weight) for found in fonts.opened().fonts()}
    assert {
        ("Courier Prime", "normal", 700),
        ("Courier Prime", "italic", 400),
        ("EB Garamond", "italic", 460),
    } <= styles
