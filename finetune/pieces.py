"""A piece to learn from, and how many of one author's there may be."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetune.subjects import subject
from generation.wire.jobs import Brief

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Piece:
    """A text in a form. `words` are what it is about, the most telling first, `title` what its author called it.

    `whole` is False where it breaks off, so that its end is nothing to learn. `language` is as a brief's.
    """

    id: str
    form: str
    text: str
    author: str
    words: tuple[str, ...]
    title: str = ""
    whole: bool = True
    language: str = ""

    def brief(self, chance: random.Random) -> Brief:
        """A wish that this piece answers."""
        theme = subject(self.text, self.words, self.title, chance)
        return Brief(form=self.form, theme=theme, language="zh" if self.language == "zh" else "")


def capped(pieces: Iterable[Piece], most: int) -> list[Piece]:
    """`pieces` with at most `most` of an author's in each form, those that come first."""
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for piece in pieces:
        seen[piece.author, piece.form] += 1
        if seen[piece.author, piece.form] <= most:
            found.append(piece)
    return found
