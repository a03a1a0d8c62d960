"""A form of writing: what it is called, how a model is asked for it, how it is held to it, and whether a text keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from generation.forms.plan import Plan
    from generation.forms.structure import Structure
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief

FormKind = Literal["verse", "script", "story"]
Given = Literal["", "word", "line"]
Tongue = Literal["en", "zh", "any"]


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

    `check` says whether a text keeps the form as asked for in a brief. A decoder is held to it by `plan` (verse that is
    counted: `generation.forms.plan`), or by `structure` (a grammar over lines: `generation.forms.structure`), or by neither;
    both take a brief and a seed, which picks where a form leaves a choice (abab or aabb). Both raise `InvalidBriefError`, one
    sentence, where what the brief asks for cannot be held. `language` is what it can be written in: what counts English
    syllables is English. `samples` are made, and the one that scores best is kept, where sampling alone has to do.
    """

    name: str
    kind: FormKind
    title: str
    description: str
    ask: str
    check: Callable[[str, Brief], Verdict]
    tokens: Mapping[str, int] = field(default_factory=lambda: {"short": 60, "medium": 100, "long": 160})
    examples: tuple[Example, ...] = ()
    one_piece: bool = False
    aliases: tuple[str, ...] = ()
    given: Given = ""
    ask_zh: str = ""
    language: Tongue = "any"
    plan: Callable[[Brief, int], Plan] | None = None
    structure: Callable[[Brief, int], Structure] | None = None
    samples: int = 1
