"""Briefs that come from a piece: again, varied, continued, edited. Pure.

What comes from one picture is `studio.pictures.briefs`' business. A prompt carries `SOURCE_TAIL` characters of an earlier piece at most; which ones, in whole lines, is decided here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from generation.forms import form_named
from generation.forms.brief import validated
from generation.forms.prompts import SOURCE_TAIL
from generation.wire.jobs import Brief, PictureBrief
from studio.errors import Refusal
from studio.pictures import briefs

if TYPE_CHECKING:
    from studio.store.records import Creation, JobRecord, Wish


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
    source = creation.text.strip()
    if len(source) > SOURCE_TAIL:
        source = _whole_lines(source[:SOURCE_TAIL], from_end=False)
    return replace(text_brief(creation), move="vary", source=source)


def continued(creation: Creation) -> Brief:
    """The piece, going on. Of a long piece the last `SOURCE_TAIL` characters at most, in whole lines or words."""
    source = creation.text.strip()
    if len(source) > SOURCE_TAIL:
        source = _whole_lines(source[-SOURCE_TAIL:], from_end=True)
    return replace(text_brief(creation), move="continue", source=source)


def edited(brief: Brief, *, theme: str, tone: str, length: str, form: str) -> Brief:
    """A new wish with a member's own changes, for a form of the same kind; it starts from no piece.

    Raises:
        InvalidBriefError: it cannot be made; the sentence says why.
    """
    return validated(form, theme, tone, length, kind=form_named(brief.form).kind)


def _whole_lines(text: str, *, from_end: bool) -> str:
    """`text`, which was cut at its start (`from_end`) or at its end, without the line or word that the cut broke."""
    for between in ("\n", " "):
        whole = text.partition(between)[2] if from_end else text.rpartition(between)[0]
        if len(whole) >= len(text) // 2:
            return whole.strip()
    return text.strip()
