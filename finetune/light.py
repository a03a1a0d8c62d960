"""Verse of today to learn from: small poems that make sense and turn at the end, each written for a theme as people type it.

What is everybody's by age tells in the past, of things of its time, and hardly a limerick of it is strict (`verse.py`). These were
written for Renga by a large language model and given to the public domain; `data/text/README.md` says how they were chosen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetune.pieces import Piece
from finetune.texts import records

if TYPE_CHECKING:
    from finetune.texts import Side


def light(side: Side) -> list[Piece]:
    """All pieces of one side; each one's title is the theme that it was written for."""
    return [
        Piece(record["id"], record["form"], record["text"], record["author"], (), record["title"])
        for record in records("light", side)
    ]
