"""A grammar over lines, for what is not verse: which lines may come next, and when a piece is whole. Pure, torch-free.

A decoder that writes line by line is held to it so, with any tokenizer:

    state = form.structure(brief, seed)
    while step := state.step:            # None: the piece is over
        # break the line before, and leave a blank line too where step.gap is "yes" (may write it where it is "may")
        # draw the text of one line: go on only with what some option .allows() as a beginning; the line may stop where
        # an option .accepts() it. An option with `whole` is one of those texts; where `begins` is not empty, the line
        # begins with one of those. Instead of a line the piece may end here where step.may_end.
        state = state.after(line)        # the line as written, without its line break
    # text so made passes the form's checker

`allows` looks at characters and words alone and is cheap; it is asked for the few dozen likeliest tokens, not for all.
States are immutable: particles may share one. Nothing here knows a model, a token or a probability. Where a brief goes on
from an earlier piece, its grammar begins where that one ended; no blank line goes before the first line either way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Protocol

Gap = Literal["no", "yes", "may"]

SHOUTED = 3  # words in capitals that a sentence may be
STOPS = ".?!…。？！"
_OPENERS = "\"'“‘«„「『《（(¿¡—…"
_CLOSERS = "\"'”’)」』"
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def length_of(text: str) -> int:
    """How long `text` is in words; three characters of Chinese are taken for two words."""
    han = len(_HAN.findall(text))
    return len(_WORD.findall(_HAN.sub(" ", text))) + (2 * han + 2) // 3


def stopped(line: str) -> bool:
    """Whether `line` ends as a sentence does."""
    return line.rstrip(_CLOSERS)[-1:] in tuple(STOPS)


def _opens(begun: str) -> bool:
    """Whether a sentence may begin so: with a letter or a digit, what opens speech before it or not, no small letter first, and a few
    words in capitals at most.
    """
    said = begun.lstrip(_OPENERS + " ")[:1]
    if said and not (said.isalpha() or said in "0123456789"):
        return False
    first = next((char for char in begun if char.isalpha()), "")
    return not first.islower() and not (begun.isupper() and length_of(begun) > SHOUTED)


@dataclass(frozen=True, slots=True)
class Option:
    """One kind of line that may come next. A line has at least one letter and neither edge is a space.

    `least` and `most` bound its words; `capitals` lets no small letter in; `sentence` wants it to begin as a sentence does,
    with no small letter and not in capitals throughout; `stop` wants it to end as one does; `quiet` wants its first word not
    in capitals, so that nobody else speaks in it;
    `without` are characters and texts that may not stand in it, `not_first` characters that it may not begin with;
    `only_last` those that may stand at its end alone; `taken` are lines that it may not be again, in lower case.
    """

    kind: str
    least: int = 1
    most: int = 40
    begins: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    capitals: bool = False
    sentence: bool = False
    stop: bool = False
    quiet: bool = False
    without: tuple[str, ...] = ()
    not_first: str = ""
    only_last: str = ""
    taken: frozenset[str] = frozenset()

    def allows(self, begun: str) -> bool:
        """Whether a line of this kind may begin with `begun`; "" may always be."""
        if not begun:
            return True
        if self.whole:
            return any(text.startswith(begun) for text in self.whole)
        if self.begins and not any(text.startswith(begun) or begun.startswith(text) for text in self.begins):
            return False
        if begun[0].isspace() or begun[0] in self.not_first or "\n" in begun or "  " in begun:
            return False
        if self.capitals and begun != begun.upper():
            return False
        if self.sentence and not _opens(begun):
            return False
        if self.quiet and len(begun) > 1 and begun[:2].isalpha() and begun[:2].isupper():
            return False
        if any(char in begun[:-1] for char in self.only_last):
            return False
        return length_of(begun) <= self.most and not any(text in begun for text in self.without)

    def accepts(self, line: str) -> bool:
        """Whether `line` is a whole line of this kind."""
        if self.whole:
            return line in self.whole
        return (
            self.allows(line)
            and line == line.strip()
            and any(char.isalpha() for char in line)
            and self.least <= length_of(line)
            and (not self.begins or any(line.startswith(text) and line != text for text in self.begins))
            and (not self.stop or stopped(line))
            and line.casefold() not in self.taken
        )


@dataclass(frozen=True, slots=True)
class Step:
    """What may come next: the lines, whether a blank one goes before, and whether the piece may end instead."""

    options: tuple[Option, ...]
    gap: Gap = "no"
    may_end: bool = False


class Structure(Protocol):
    """Where a piece stands."""

    @property
    def step(self) -> Step | None:
        """What may come next; None where the piece is over."""
        ...

    def after(self, line: str) -> Structure:
        """Where it stands when `line` was written.

        Raises:
            ValueError: no option accepts that line.
        """
        ...


def kind_of(step: Step | None, line: str) -> str:
    """The kind of the first option that accepts `line`.

    Raises:
        ValueError: none does.
    """
    for option in step.options if step is not None else ():
        if option.accepts(line):
            return option.kind
    raise ValueError(f"no such line may come here: {line!r}")


@dataclass(frozen=True, slots=True)
class Single:
    """A piece of one line."""

    option: Option
    written: bool = False

    @property
    def step(self) -> Step | None:
        """That line; None when it was written."""
        return None if self.written else Step((self.option,))

    def after(self, line: str) -> Single:
        """The piece when `line` was written.

        Raises:
            ValueError: it is no such line.
        """
        kind_of(self.step, line)
        return Single(self.option, written=True)
