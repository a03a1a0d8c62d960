"""Text made ready for a page: what has no shape goes, and what no font has is found. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from generation.page.errors import UnprintableError

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

MOST_MARKS = 4  # on one letter; more lie on each other, and thousands take a typesetter a minute

_SHAPELESS = ("Cc", "Cf", "Cs", "Co", "Cn")
_SELECTORS = {
    chr(code) for code in range(0xFE00, 0xFE10)
}  # of a glyph's variant, of which our fonts have one


def printable(text: str) -> str:
    """`text` in NFC, its lines parted by one line feed each, without what is invisible. Spaces are plain ones.

    Of the marks on one letter the first `MOST_MARKS` are kept.
    """
    kept = []
    marks = 0
    for char in unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")):
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > MOST_MARKS:
            continue
        if char in "\n\u3000":
            kept.append(char)
        elif char == "\t":
            kept.append("    ")
        elif char in "\v\f\x85\u2028\u2029":
            kept.append("\n")
        elif category == "Zs":
            kept.append(" ")
        elif category not in _SHAPELESS and char not in _SELECTORS:
            kept.append(char)
    return "".join(kept)


def demand(text: str, covered: AbstractSet[int]) -> None:
    """Let pass what can be printed in full.

    Raises:
        UnprintableError: there is nothing, or a character that no font has.
    """
    if not text.strip():
        raise UnprintableError("There is nothing to put on a page.")
    for char in text:
        if not char.isspace() and ord(char) not in covered:
            raise UnprintableError(f"No font here has the character “{char}” (U+{ord(char):04X}).")


def without_strangers(text: str, covered: AbstractSet[int]) -> str:
    """`text` on one line, without the characters that no font has: for what may be left out, as a title may."""
    return " ".join("".join(char for char in text if char.isspace() or ord(char) in covered).split())


def is_han(char: str) -> bool:
    """Whether `char` is a Chinese character (the unified ideographs, extensions and compatibility forms)."""
    code = ord(char)
    return (
        0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x3FFFF or char in "々〇"
    )


def is_chinese(text: str) -> bool:
    """Whether most of its letters are Chinese characters or kana."""
    letters = [char for char in text if char.isalpha()]
    eastern = sum(is_han(char) or "\u3040" <= char <= "\u30ff" for char in letters)
    return eastern * 2 > len(letters)


def breakable(text: str, every: int) -> str:
    """`text` with a place to break, of no width, after each `every` letters of a word that has more."""
    return re.sub(rf"[^\s\u200b]{{{every}}}(?=\S)", lambda match: match[0] + "\u200b", text)
