"""Regulated Chinese verse to learn from: Tang and Song poems that rhyme today, on level tones, the best-known first."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from finetune.pieces import Piece, capped
from finetune.texts import records

if TYPE_CHECKING:
    from finetune.texts import Side

FORMS = {"五绝": "wujue", "七绝": "qijue", "五律": "wulü", "七律": "qilü"}
MOST = {"wujue": 900, "qijue": 1600, "wulü": 500, "qilü": 500}
MOST_VAL = 16
AN_AUTHOR = {"train": 90, "val": 6}


def tang(side: Side) -> list[Piece]:
    """The pieces of one side. Simplified; the search writes Traditional by converting."""
    found = sorted(
        records("tang", side), key=lambda record: (not record.get("tang300"), -record.get("fame", 0))
    )
    pieces = [
        Piece(
            record["id"], FORMS[record["form"]], record["text"], record["author"], tuple(record.get("theme", ())),
            record["title"], language="zh",
        )
        for record in found
    ]  # fmt: skip
    kept, counts = [], dict.fromkeys(MOST, 0)
    for piece in capped(pieces, AN_AUTHOR[side]):
        if counts[piece.form] < (MOST[piece.form] if side == "train" else MOST_VAL):
            counts[piece.form] += 1
            kept.append(piece)
    random.Random(0).shuffle(kept)  # noqa: S311 - no secret
    return kept
