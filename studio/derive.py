"""Briefs that come from a piece: again, varied, continued, made shorter or warmer, adjusted, edited. Pure.

What comes from one picture is `studio.pictures.briefs`' business. A prompt carries `SOURCE_TAIL` characters of an earlier
piece at most; which ones, in whole lines, is decided here.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from generation.forms import form_named
from generation.forms.brief import TONE_LIMIT, called, clean, listed, validated
from generation.forms.prompts import SOURCE_TAIL
from generation.forms.wish import understand
from generation.forms.wish.english import moods_of
from generation.forms.wish.musts import find_musts, unique
from generation.wire.jobs import Brief, PictureBrief
from studio.errors import Refusal
from studio.pictures import briefs

if TYPE_CHECKING:
    from generation.wire.jobs import Length, Move
    from studio.store.records import Creation, JobRecord, Wish

SHORTER: dict[Length, Length] = {"long": "medium", "medium": "short"}
WARM = "warm"

_WHOLE = r"(?:poem|piece|haiku|tanka|limerick|sonnet|ballad|acrostic|fable|script|sketch)s?"
_TAKING = r"(?:adjust|change|rewrite|edit|use|take|copy|continue|shorten|redo|fix|improve|steal|combine|mix|merge|like|with|from)"
_NAMED = r"(?-i:(?!It|That|What|There|Here|Let|He|She)[A-Z]\w+)"
_ANOTHERS = re.compile(
    rf"<@[!&]?\d+>|@\w|discord(?:app)?\.com/channels/"  # a member, a message
    rf"|\b(?:some(?:one|body) else|another (?:member|person|user)|other people)(?:['’]s)?\b(?=.*\b(?:{_WHOLE}|story))"
    rf"|\b{_TAKING}\b[^.]*\b(?:his|her|their|{_NAMED}['’]s)\s+(?:\w+\s+)?{_WHOLE}\b"
    rf"|\b{_TAKING}\b[^.]*\b{_NAMED}['’]s\s+story\b"
    rf"|\b(?:the|that)\s+(?:other|previous|above)\s+(?:{_WHOLE}|story|one|scene|verse)\b"
    rf"|\b(?:{_WHOLE}|story|one)\s+(?:(?:that|which)\s+)?(?:{_NAMED}|he|she|they|some(?:one|body))\s+(?:wrote|made|posted|got)\b"
    rf"|\b(?:{_WHOLE}|story|one)\s+by\s+{_NAMED}",
    re.IGNORECASE,
)
_ANOTHERS_SAID = (
    "I can only adjust the piece that Adjust was pressed under; press it under the other one to change that."
)


def again(asked: JobRecord | Creation, seed: int) -> Wish:
    """The same wish, from `seed`: a text's brief stays as it is, and the job brings the seed."""
    return briefs.again(asked.brief, seed) if isinstance(asked.brief, PictureBrief) else asked.brief


def text_brief(asked: JobRecord | Creation) -> Brief:
    """The brief of a text.

    Raises:
        Refusal: it is no text.
    """
    if isinstance(asked.brief, PictureBrief):
        raise Refusal("Only a text can be continued or edited; a picture can be varied.")
    return asked.brief


def vary(creation: Creation) -> Brief:
    """The same wish, answered by a variation of the piece. Of a long piece the beginning is shown to the model."""
    return _from_start(creation, "vary")


def continued(creation: Creation) -> Brief:
    """The piece, going on. Of a long piece the last `SOURCE_TAIL` characters at most, in whole lines or words.

    The words that it had to include are in it already.
    """
    source = creation.text.strip()
    if len(source) > SOURCE_TAIL:
        source = _whole_lines(source[-SOURCE_TAIL:], from_end=True)
    return replace(text_brief(creation), move="continue", source=source, must=(), wish="")


def can_shorten(brief: Brief) -> bool:
    """Whether a shorter one can be asked for: a haiku is as long as a haiku is, and what is short stays so."""
    tokens = form_named(brief.form).tokens
    return brief.length in SHORTER and tokens["short"] < tokens["long"]


def shorter(creation: Creation) -> Brief:
    """The piece in fewer words, one length down.

    Raises:
        Refusal: its form or its length leaves nothing to shorten.
    """
    brief = text_brief(creation)
    if not can_shorten(brief):
        raise Refusal(f"This {brief.form} is as short as one can be.")
    return replace(_from_start(creation, "shorter"), length=SHORTER[brief.length])


def warmer(creation: Creation) -> Brief:
    """The piece with more warmth, which its tone says from now on."""
    brief = _from_start(creation, "warmer")
    return replace(brief, tone=_also(brief.tone, WARM))


def adjusted(creation: Creation, instruction: str) -> Brief:
    """The piece, changed as a member asks in their own words.

    Words to include and moods that the instruction names are held to as if they had been asked for at first.

    Raises:
        Refusal: it asks for a piece of somebody else's.
    """
    wish = clean(instruction)
    if _ANOTHERS.search(wish):
        raise Refusal(_ANOTHERS_SAID)
    brief = _from_start(creation, "adjust")
    _, must = find_musts(wish)
    return replace(
        brief, wish=wish, must=unique([*must, *brief.must])[:6], tone=_also(brief.tone, moods_of(wish))
    )


def edited(brief: Brief, *, theme: str, tone: str, must: str, form: str, given: str) -> Brief:
    """A new wish with a member's own changes, for a form of the same kind; it starts from no piece.

    `form` is a form's name, and a length after a comma where it is not the usual one. An empty `given` is read in the
    theme, where the form needs one.

    Raises:
        InvalidBriefError: it cannot be made; the sentence says why.
    """
    kind = form_named(brief.form).kind
    name, _, length = form.replace("，", ",").partition(",")
    chosen = called(name, kind)
    if chosen.given and not given:
        given = understand(clean(theme), kind, chosen.name).given
    return validated(
        chosen.name, theme, tone, length, kind=kind, must=listed(must), given=given if chosen.given else ""
    )


def _from_start(creation: Creation, move: Move) -> Brief:
    """The wish of a piece and the piece itself, of a long one the beginning."""
    source = creation.text.strip()
    if len(source) > SOURCE_TAIL:
        source = _whole_lines(source[:SOURCE_TAIL], from_end=False)
    return replace(text_brief(creation), move=move, source=source, wish="")


def _also(tone: str, more: str) -> str:
    """`tone` with another one beside it, where it is not there and has room."""
    if not more or more in tone:
        return tone
    both = f"{tone}, {more}" if tone else more
    return both if len(both) <= TONE_LIMIT else more[:TONE_LIMIT]


def _whole_lines(text: str, *, from_end: bool) -> str:
    """`text`, which was cut at its start (`from_end`) or at its end, without the line or word that the cut broke."""
    for between in ("\n", " "):
        whole = text.partition(between)[2] if from_end else text.rpartition(between)[0]
        if len(whole) >= len(text) // 2:
            return whole.strip()
    return text.strip()
