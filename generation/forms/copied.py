"""Whether a piece made from another one is that one again. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generation.wire.jobs import Brief

MOST = 0.5  # of its lines, that may have stood in the piece before


def copied(brief: Brief, text: str) -> bool:
    """Whether most lines of `text` stood, word for word, in the piece that it was to be another of.

    What continues a piece may come back to its lines; what is new has none.
    """
    if brief.move in ("new", "continue"):
        return False
    before = {_plain(line) for line in brief.source.splitlines()}
    lines = [plain for line in text.splitlines() if (plain := _plain(line))]
    return bool(lines) and sum(line in before for line in lines) > MOST * len(lines)


def _plain(line: str) -> str:
    return "".join(char for char in line.casefold() if char.isalnum())
