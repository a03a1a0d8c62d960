"""What a reaction means: one opinion of a member on a piece, from the reactions that are there now.

A table says which emoji are for and which against; everything else, a server's own emoji and silence mean nothing. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

UP = frozenset(
    [
        "👍",
        "❤",
        "♥",
        "🧡",
        "💛",
        "💚",
        "💙",
        "💜",
        "🖤",
        "🤍",
        "🤎",
        "🩷",
        "🩵",
        "🩶",
        "💖",
        "💗",
        "💓",
        "💕",
        "💞",
        "💘",
        "🫶",
        "💯",
        "🔥",
        "⭐",
        "🌟",
        "✨",
        "😍",
        "🥰",
        "🤩",
        "😂",
        "🤣",
        "😆",
        "😄",
        "😁",
        "😊",
        "👏",
        "🙌",
        "👌",
        "🎉",
        "🏆",
    ]
)
DOWN = frozenset("👎 💩 🤮 🤢 🥱 😴 💤 🙄 😒".split())  # noqa: SIM905 - a list of marks is read as one
_SKIN_TONES = dict.fromkeys(range(127995, 128000))
_AS_PICTURE = {0xFE0F: None}  # "show this sign as a picture": ❤ and ❤️ are one


@dataclass(frozen=True, slots=True)
class Vote:
    """One member's opinion on one piece. Times are Unix seconds.

    `made_at` is when the piece was made. `at` is when the vote was seen; not `timed`: it was found after an absence, and
    nobody knows when it was cast. `member_since`: when the member came, as far as is known. `is_requester`: they asked for it.
    """

    creation: str
    member: int
    up: bool
    at: float
    made_at: float
    member_since: float
    timed: bool = True
    is_bot: bool = False
    is_requester: bool = False


def meaning(emoji: str) -> bool | None:
    """Whether an emoji is for a piece (True), against it (False), or neither (None). `emoji` is as Discord names it."""
    plain = emoji.translate(_SKIN_TONES | _AS_PICTURE)
    if plain in UP:
        return True
    return False if plain in DOWN else None


def said(reactions: Iterable[tuple[str, float]]) -> tuple[bool, float] | None:
    """What a member's reactions on one piece, each with its time, come to, and since when; None: nothing.

    The newest that means something counts: who presses 👎 after 👍 has thought again. Two at one instant that disagree, as an
    absence leaves them, mean nothing.
    """
    meant = [(at, up) for emoji, at in reactions if (up := meaning(emoji)) is not None]
    if not meant:
        return None
    newest = max(at for at, _ in meant)
    last = {up for at, up in meant if at == newest}
    return (last.pop(), newest) if len(last) == 1 else None
