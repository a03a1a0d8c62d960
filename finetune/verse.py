"""English verse to learn from: what a strict checker of its form passes, of 1850 and later, without archaic words.

Forms that a checker counts are sampled by rejection against it (`Form.check`): found haiku, couplets, quatrains and
limericks are kept where every pronunciation agrees. Sonnets and ballads are not, because hardly any of that age rhymes
strictly; how they go on and what they say is what is learnt from them, their form is the search's business.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

from finetune.pieces import Piece, capped
from finetune.texts import ARCHAIC, MODERN, plain, records
from generation.forms import form_named
from generation.wire.jobs import Brief

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finetune.texts import Record, Side

FORMS = ("haiku", "couplet", "quatrain", "limerick", "sonnet", "ballad", "free verse")
_ODD = re.compile(r'["“”()\[\]_*&/0-9:]|\b[A-Z]{3,}\b')
_OLD_MAN = re.compile(r"There (?:was|is) an? ", re.IGNORECASE)
NEAR = 0.5
OLD_MEN = 25  # limericks that begin so, at most: people would get no others
AN_AUTHOR = {"train": 70, "val": 12}
MOST = {
    "haiku": 700, "couplet": 260, "quatrain": 900, "limerick": 110, "sonnet": 110, "ballad": 170, "free verse": 260,
}  # fmt: skip
MOST_VAL = 20


def verse(side: Side) -> list[Piece]:
    """The pieces of one side: the best found haiku first chosen, the others by chance (always the same)."""
    found = list(_pieces(side))
    random.Random(0).shuffle(found)  # noqa: S311 - no secret
    # found haiku have a score by the images in them; a stable sort leaves the others as they are
    best = {record["id"]: record.get("score", 0.0) for record in records("poems", side)}
    found.sort(key=lambda piece: -best.get(piece.id, 0.0))
    kept = []
    counts = dict.fromkeys(FORMS, 0)
    old_men = 0
    for piece in capped(found, AN_AUTHOR[side]):
        most = MOST[piece.form] if side == "train" else MOST_VAL
        if counts[piece.form] == most:
            continue
        if piece.form == "limerick" and _OLD_MAN.match(piece.text):
            old_men += 1
            if old_men > OLD_MEN:
                continue
        counts[piece.form] += 1
        kept.append(piece)
    return kept


def _pieces(side: Side) -> Iterator[Piece]:
    for record in records("poems", side):
        if record["year"] < MODERN:
            continue
        for form, text in _offered(record):
            if _passes(form, text):
                words = tuple(word for word in record.get("theme", ()) if word in text.casefold())
                yield Piece(record["id"], form, text, record["author"], words, record.get("title", ""))


def _offered(record: Record) -> Iterator[tuple[str, str]]:
    """What a record may be, and its text as that."""
    text = plain(record["text"])
    stanzas = text.split("\n\n")
    first = stanzas[0].split("\n")
    match record["form"]:
        case "found haiku":
            yield "haiku", _small(text)
        case "limerick":
            yield "limerick", _stopped(stanzas[0].strip('"'))
        case "couplet":
            yield "couplet", _stopped(stanzas[0])
        case "couplets":
            yield "couplet", _stopped("\n".join(first[:2]))
        case "quatrain" | "quatrains" | "rhymed" if len(first) == 4:
            yield "quatrain", _stopped(stanzas[0])
        case "sonnet":
            yield "sonnet", re.sub(r"\n+", "\n", text)
        case "ballad" if len(stanzas) > 1 and len(text) < 900:
            yield "ballad", text
        case "free verse" | "unrhymed" if len(text) < 700:
            yield "free verse", text


def _passes(form: str, text: str) -> bool:
    if ARCHAIC.search(text) or _ODD.search(text) or len(text) < 30:
        return False
    if form in ("sonnet", "ballad", "free verse"):
        return form != "sonnet" or text.count("\n") == 13
    verdict = form_named(form).check(text, Brief(form=form, theme=""))
    if form == "limerick":  # of that age hardly one is strict: Lear ends where he began
        return text.count("\n") == 4 and verdict.score >= NEAR
    return verdict.kept


def _small(haiku: str) -> str:
    """As haiku are written here: without capitals but for I, and without a stop."""
    text = "\n".join(line[:1].lower() + line[1:] for line in haiku.split("\n"))
    return re.sub(r"\bi(?=\b)(?![\w-])", "I", text).rstrip(".,;:!- ").replace("!", "").replace(";", ",")


def _stopped(text: str) -> str:
    """With a full stop where a piece was cut out of a longer sentence."""
    return re.sub(r"[,;:\s-]+\Z", ".", text) if text[-1:] in ",;:- " else text
