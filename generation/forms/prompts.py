"""A brief as the turns of a chat, in parts that say what is ours and what a member typed.

A member's text is data: whoever tokenises these parts must not find control tokens in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from generation.forms import form_named

if TYPE_CHECKING:
    from generation.forms.form import Form
    from generation.wire.jobs import Brief

SYSTEM = "You are a poet and writer. You answer with the piece alone: no title, no introduction, no comment."
SOURCE_TAIL = 1500  # characters of an earlier piece that a prompt carries; the end of it is what matters


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the chat, whole text, to be tokenised as text."""

    role: Literal["system", "user", "assistant"]
    text: str


def turns(brief: Brief) -> list[Turn]:
    """What to say to a chat model for `brief`; the last turn is the member's."""
    form = form_named(brief.form)
    said = [Turn("system", SYSTEM)]
    if brief.move == "new":
        for example in form.examples:
            said += [Turn("user", _wish(form, example.theme, "")), Turn("assistant", example.text)]
    wish = _wish(form, brief.theme, brief.tone)
    match brief.move:
        case "vary":
            said += [Turn("user", wish), Turn("assistant", brief.source[-SOURCE_TAIL:])]
            said.append(Turn("user", f"Write {_article(form)} again, on the same theme, in other words."))
        case "continue" if form.one_piece:
            said += [Turn("user", wish), Turn("assistant", brief.source[-SOURCE_TAIL:])]
            said.append(Turn("user", f"Now write the next {form.name}, which follows from that one."))
        case "continue":
            said += [Turn("user", wish), Turn("assistant", brief.source[-SOURCE_TAIL:])]
            said.append(Turn("user", "Go on: write what comes next, in the same voice."))
        case _:
            said.append(Turn("user", wish))
    return said


def _wish(form: Form, theme: str, tone: str) -> str:
    how = f" The tone is {tone}." if tone else ""
    return f"Write {form.ask}. The theme: {theme}.{how}"


def _article(form: Form) -> str:
    return f"the {form.name}"
