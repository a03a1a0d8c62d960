"""How a tokenizer spells words where they stand: after a space, at a line's start, and before a line's end. Any tokenizer.

A spelling is what the tokenizer itself gives for the text around and with it, less what it gives for the text before: so
nothing is written that it would have written otherwise, whether it marks spaces, adds them, or merges what meets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from generation.lm.chat import Chat

STEM = "a"  # what stands before
ENDINGS = ("", ",", ";", ".", "!", "?")


@dataclass(frozen=True, slots=True)
class Closings:
    """How a line is closed: by its mark, the tokens of that and of the break after it, of which the first is drawn."""

    ids: Mapping[str, tuple[int, ...]]


class Spelling:
    """`Chat`'s tokenizer, asked for many texts at once."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    def after(self, before: str, texts: Sequence[str]) -> list[tuple[int, ...] | None]:
        """The tokens of each text where it stands after `before`; None where the two cannot be told apart."""
        opening = tuple(self._chat.of_text(before))
        found: list[tuple[int, ...] | None] = []
        for ids in self._chat.of_texts([before + text for text in texts]):
            apart = len(ids) > len(opening) and tuple(ids[: len(opening)]) == opening
            found.append(tuple(ids[len(opening) :]) if apart else None)
        return found

    def in_line(self, texts: Sequence[str]) -> list[tuple[int, ...] | None]:
        """After a space."""
        return self.after(STEM, [f" {text}" for text in texts])

    def at_start(self, texts: Sequence[str]) -> list[tuple[int, ...] | None]:
        """At a line's start."""
        return self.after(f"{STEM}\n", texts)

    def tokens_in_line(self) -> set[str]:
        """What one token of letters can say after a space, in lower case."""
        ((first, *_),) = (found for found in self.in_line([STEM]) if found is not None)
        vocabulary = self._chat.vocabulary()
        piece = next(piece for piece, token in vocabulary.items() if token == first)
        mark = piece.removesuffix(STEM)
        return {
            piece.removeprefix(mark)
            for piece in vocabulary
            if piece.startswith(mark)
            and (text := piece.removeprefix(mark)).isascii()
            and text.isalpha()
            and text.islower()
        }

    def marks(self, marks: Sequence[str]) -> Mapping[str, int]:
        """Marks that are one token after a word, and go on with a space."""
        found = self.after(STEM, [f"{mark} {STEM}" for mark in marks])
        (ahead,) = self.in_line([STEM])
        assert ahead is not None
        return {
            mark: ids[0]
            for mark, ids in zip(marks, found, strict=True)
            if ids is not None and ids[1:] == ahead
        }

    def closings(self, breaking: str) -> Closings:
        """How a line is closed before `breaking`, one newline or two, and another line's word."""
        (start,) = self.at_start([STEM])
        assert start is not None
        found = self.after(STEM, [f"{mark}{breaking}{STEM}" for mark in ENDINGS])
        return Closings(
            {
                mark: ids[: -len(start)]
                for mark, ids in zip(ENDINGS, found, strict=True)
                if ids is not None and ids[-len(start) :] == start and len(ids) > len(start)
            }
        )
