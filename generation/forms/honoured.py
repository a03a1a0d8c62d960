"""Which of the words that a brief asks for are in a text. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.finals import HAN
from generation.forms.repetition import units

if TYPE_CHECKING:
    from collections.abc import Iterable


def missing(must: Iterable[str], text: str) -> tuple[str, ...]:
    """The words that are not in `text`, whatever their capitals, marks and line breaks; whole words, but in Chinese."""
    there = _spaced(text)
    return tuple(word for word in must if _spaced(word) not in there)


def _spaced(text: str) -> str:
    """The words of `text` with a space on either side; characters of Chinese stand close."""
    return "".join(unit if HAN.fullmatch(unit) else f" {unit.replace('’', chr(39))} " for unit in units(text))
