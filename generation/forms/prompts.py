"""A brief as the turns of a chat, in parts that say what is ours and what a member typed.

A member's text is data: whoever tokenises these parts must not find control tokens in it. What is written in Chinese is
asked for in Chinese. A decoder that is held to the form by its plan reads the same turns, whatever the move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from generation.forms import form_named
from generation.forms.wish.scripts import script_of

if TYPE_CHECKING:
    from generation.forms.form import Form
    from generation.wire.jobs import Brief

SYSTEM = "You are a poet and writer. You answer with the piece alone: no title, no introduction, no comment."
SYSTEM_ZH = "你是诗人和作家。只写作品本身：不要标题，不要开场白，不要解释。"
SOURCE_TAIL = 1500  # characters of an earlier piece that a prompt carries; the end of it is what matters


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the chat, whole text, to be tokenised as text."""

    role: Literal["system", "user", "assistant"]
    text: str


def turns(brief: Brief) -> list[Turn]:
    """What to say to a chat model for `brief`; the last turn is the member's."""
    form = form_named(brief.form)
    chinese = brief.language == "zh"
    said = [Turn("system", SYSTEM_ZH if chinese else SYSTEM)]
    wish = _wish_zh(form, brief) if chinese else _wish(form, brief)
    if brief.move == "new":
        for example in form.examples:
            if (script_of(example.text) == "han") is chinese:
                asked = _ask_zh(form, example.theme) if chinese else _ask(form, example.theme)
                said += [Turn("user", asked), Turn("assistant", example.text)]
        return [*said, Turn("user", wish)]
    said += [Turn("user", wish), Turn("assistant", brief.source[-SOURCE_TAIL:])]
    return [*said, Turn("user", _then_zh(form, brief) if chinese else _then(form, brief))]


def _wish(form: Form, brief: Brief) -> str:
    parts = [_ask(form, brief.theme)]
    if brief.given and form.given == "word":
        parts.append(f"Its lines begin with the letters of {brief.given}.")
    elif brief.given and form.given == "line":
        parts.append(f"It is built on the line: {brief.given}.")
    if brief.tone:
        parts.append(f"The tone is {brief.tone}.")
    if brief.must:
        parts.append(_with_words(brief.must))
    return " ".join(parts)


def _ask(form: Form, theme: str) -> str:
    return f"Write {form.ask}. The theme: {theme}."


def _then(form: Form, brief: Brief) -> str:
    """What to do with the piece just shown."""
    words = f" {_with_words(brief.must)}" if brief.must and brief.move != "continue" else ""
    match brief.move:
        case "vary":
            said = f"Write the {form.name} again, on the same theme, in other words."
        case "continue" if form.one_piece:
            said = f"Now write the next {form.name}, which follows from that one."
        case "continue":
            said = "Go on: write what comes next, in the same voice."
        case "shorter":
            said = f"Write the {form.name} again, much shorter. Keep only what matters most."
        case "warmer":
            said = f"Write the {form.name} again, on the same theme, but warm: tender, kind and close to the reader."
        case _:
            said = f"Write the {form.name} again, changed like this: {brief.wish}."
    return said + words


def _with_words(words: tuple[str, ...]) -> str:
    listed = ", ".join(f'"{word}"' for word in words)
    return f"It has the word{'s' if len(words) > 1 else ''} {listed} in it."


def _wish_zh(form: Form, brief: Brief) -> str:
    parts = [_ask_zh(form, brief.theme)]
    if brief.given:
        parts.append(f"用到：{brief.given}。")
    if brief.tone:
        parts.append(f"风格：{brief.tone}。")
    if brief.must:
        parts.append(_with_words_zh(brief.must))
    return "".join(parts)


def _ask_zh(form: Form, theme: str) -> str:
    return f"写{form.ask_zh or form.ask}。主题：{theme}。"


def _then_zh(form: Form, brief: Brief) -> str:
    name = form.ask_zh or form.title
    words = _with_words_zh(brief.must) if brief.must and brief.move != "continue" else ""
    match brief.move:
        case "vary":
            said = f"同样的主题，换一种说法，再写{name}。"
        case "continue" if form.one_piece:
            said = f"接着上面的意思，再写{name}。"
        case "continue":
            said = "用同样的语气，接着往下写。"
        case "shorter":
            said = "写得短得多，只留下最要紧的，再写一遍。"
        case "warmer":
            said = f"同样的主题，写得更温暖、更亲切，再写{name}。"
        case _:
            said = f"按下面的要求改写：{brief.wish}。"
    return said + words


def _with_words_zh(words: tuple[str, ...]) -> str:
    return f"里面要有{'、'.join(f'“{word}”' for word in words)}。"
