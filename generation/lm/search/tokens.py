"""What single tokens say, and how short texts are spelt: for pieces that are written by what a token adds to a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.lm.chat import HALF

if TYPE_CHECKING:
    from collections.abc import Collection

    from generation.lm.chat import Chat

STEM = "a"


class Tokens:
    """One model's. `stops` end an answer."""

    def __init__(self, chat: Chat, stops: Collection[int]) -> None:
        self._chat, self.stops = chat, frozenset(stops)
        self._stem = chat.of_text(STEM)
        self._said: dict[int, str | None] = {}

    def text(self, token: int) -> str | None:
        """What `token` adds to a text; None for control tokens and for parts of a character."""
        if token not in self._said:
            said = self._chat.raw([*self._stem, token]).removeprefix(STEM)
            self._said[token] = None if not said or HALF in said else said
        return self._said[token]

    def spelt(self, text: str, *, begins: bool) -> list[int]:
        """The tokens of `text`, at a line's beginning or after what a line has."""
        before = f"{STEM}\n" if begins else STEM
        opening = self._chat.of_text(before)
        whole = self._chat.of_text(before + text)
        return whole[len(opening) :] if whole[: len(opening)] == opening else self._chat.of_text(text)

    def breaks(self, count: int) -> list[int]:
        """The tokens of `count` newlines."""
        return self.spelt("\n" * count, begins=False) if count > 0 else []
