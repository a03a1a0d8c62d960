"""A form of writing: what it is called, how a model is asked for it, how long it may get.

Whether a text keeps its form, and how a decoder is held to it, is not here yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

FormKind = Literal["verse", "script", "story"]
Given = Literal["", "word", "line"]


@dataclass(frozen=True, slots=True)
class Example:
    """A piece that shows a small model what is meant, and the theme that it answers. Written for Renga."""

    theme: str
    text: str


@dataclass(frozen=True, slots=True)
class Form:
    """One form.

    `ask` finishes the sentence "Write …"; `tokens` bounds a piece for each length; `one_piece` is False where
    paragraphs or scenes may go on, so that **Continue** makes sense as more of the same. `aliases` are what else people
    call it, in lower case, Chinese names among them; they are looked for in what a member typed. `given` is what it is
    built on beside its theme (`Brief.given`): a word, a line, or nothing. `ask_zh` finishes the sentence "写…", where it
    can be written in Chinese.
    """

    name: str
    kind: FormKind
    title: str
    description: str
    ask: str
    tokens: Mapping[str, int] = field(default_factory=lambda: {"short": 60, "medium": 100, "long": 160})
    examples: tuple[Example, ...] = ()
    one_piece: bool = False
    aliases: tuple[str, ...] = ()
    given: Given = ""
    ask_zh: str = ""
