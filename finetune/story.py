"""Stories to learn from: fables with their morals, short whole tales, and openings, whose ends are not learnt."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from finetune.pieces import Piece, capped
from finetune.texts import ARCHAIC, MODERN, plain, records

if TYPE_CHECKING:
    from finetune.texts import Record, Side

FORMS = ("short story", "fable")
LONGEST = 1900  # characters, about the tokens of a story of medium length
ARCHAIC_SHARE = 1 / 800  # of characters
AN_AUTHOR = {"train": 90, "val": 12}


def story(side: Side) -> list[Piece]:
    """The pieces of one side, in an order that is always the same."""
    found = [piece for record in records("stories", side) if (piece := _piece(record)) is not None]
    random.Random(0).shuffle(found)  # noqa: S311 - no secret
    kept = capped(found, AN_AUTHOR[side])
    return kept if side == "train" else kept[:60]


def _piece(record: Record) -> Piece | None:
    if record["year"] < MODERN:
        return None
    text, whole = plain(record["text"]), bool(record.get("whole"))
    if whole and record.get("premise_from") == "moral":
        text = f"{text}\n\n{record['premise']}"
    if len(text) > LONGEST:
        text, whole = _cut(text), False
    if len(text) < 250 or len(ARCHAIC.findall(text)) > len(text) * ARCHAIC_SHARE:
        return None
    form = "fable" if record["form"] in ("fable", "parable") else "short story"
    words = tuple(word for word in record.get("theme", ()) if word in text.casefold())
    return Piece(record["id"], form, text, record["author"], words, record.get("title", ""), whole)


def _cut(text: str) -> str:
    """As many paragraphs as there is room for."""
    paragraphs, size = [], 0
    for paragraph in text.split("\n\n"):
        size += len(paragraph) + 2
        if size > LONGEST:
            break
        paragraphs.append(paragraph)
    return "\n\n".join(paragraphs)
