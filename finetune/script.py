"""Scenes to learn from: prose plays of 1850 and later, cut after a speech where a scene that is asked for would end."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from finetune.pieces import Piece, capped
from finetune.texts import ARCHAIC, MODERN, plain, records

if TYPE_CHECKING:
    from finetune.texts import Record, Side

FORMS = ("scene", "sketch")
LONGEST = 1250  # characters, about the tokens of a scene of medium length
LEAST_SPEECHES = 5
ARCHAIC_MOST = 1
AN_AUTHOR = {"train": 90, "val": 12}
COMIC = ("John Kendrick Bangs", "Oscar Wilde", "W. D. Howells", "Lady Gregory", "George Bernard Shaw")


def script(side: Side) -> list[Piece]:
    """The pieces of one side, in an order that is always the same."""
    found = [piece for record in records("scenes", side) if (piece := _piece(record)) is not None]
    random.Random(0).shuffle(found)  # noqa: S311 - no secret
    kept = capped(found, AN_AUTHOR[side])
    return kept if side == "train" else kept[:60]


def _piece(record: Record) -> Piece | None:
    if record["year"] < MODERN or record.get("verse") or record.get("same_speaker_twice", 0) > 1:
        return None
    text = _cut(plain(record["text"]))
    cues = [block.split("\n")[0] for block in text.split("\n\n")[1:] if block.split("\n")[0].isupper()]
    if (
        len(cues) < LEAST_SPEECHES
        or not 2 <= len(set(cues)) <= 4
        or len(ARCHAIC.findall(text)) > ARCHAIC_MOST
    ):
        return None
    # what it is about is not in its words alone: names of those who speak are no theme
    names = {name for cue in cues for name in cue.casefold().split()}
    words = tuple(word for word in record.get("theme", ()) if word in text.casefold() and word not in names)
    comic = record["author"] in COMIC and random.Random(record["id"]).random() < 0.5  # noqa: S311 - no secret
    return Piece(record["id"], "sketch" if comic else "scene", text, record["author"], words)


def _cut(text: str) -> str:
    """As many blocks as there is room for, the last of them a speech."""
    blocks, size = [], 0
    for block in text.split("\n\n"):
        size += len(block) + 2
        if size > LONGEST:
            break
        blocks.append(block)
    while blocks and ("\n" not in blocks[-1] or not blocks[-1].split("\n")[0].isupper()):
        blocks.pop()
    return "\n\n".join(blocks)
