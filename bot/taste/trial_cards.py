"""A trial in words: how it begins, two texts to choose between, and what the votes said. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cards import escape
from bot.taste.cards import TEXT_ROOM, room
from studio.taste.trial import LEAST_PAIRS, LEAST_VOTERS

if TYPE_CHECKING:
    from studio.adapters.records import Version


def trial_began(version: Version, way: str) -> str:
    """A trial begins."""
    if way == "quiet":
        return (
            f"⚖️ A quiet trial of **{version.name}** begins: from now on it writes every second {version.kind} here, by chance,"
            " and your 👍 and 👎 decide. Nobody sees which is which."
        )
    return (
        f"⚖️ **A blind vote on this server's {version.kind}.** Press *Show two* and I write two on one theme, one by what serves"
        " and one by a candidate; nobody sees which is which. Press the one that you like better. Each member has one vote on"
        f" each two; it ends when it is clear to {LEAST_VOTERS} members or more, on {LEAST_PAIRS} pairs or more, which is liked better, often after some eighty"
        " votes."
    )


def pair(form: str, theme: str, left: str, right: str, votes: int = 0) -> str:
    """Two texts to choose between."""
    counted = f" · {votes} {'vote' if votes == 1 else 'votes'}" if votes else ""
    head = f"-# ⚖️ {form} · “{escape(theme)}” · which do you like better?{counted}"
    return f"{head}\n**A**\n{room(left)}\n\n**B**\n{room(right)}"


def wholes(left: str, right: str) -> list[tuple[str, bytes]]:
    """Of two texts to choose between those that have no room in the message, as files: name and content."""
    named = (("A.txt", left.strip()), ("B.txt", right.strip()))
    return [(name, text.encode()) for name, text in named if len(escape(text)) > TEXT_ROOM]


def trial_ended(version: Version, outcome: str, wins: int, losses: int) -> str:
    """What the votes of a trial said."""
    told = f"{wins} to {losses}"
    if outcome == "candidate":
        return f"⚖️ The votes are in, {told}: **{version.name}** is liked better, and serves from now on."
    if outcome == "incumbent":
        return f"⚖️ The votes are in, {told}: **{version.name}** is not liked better. What served before serves on."
    if outcome == "undecided":
        return (
            f"⚖️ The trial of **{version.name}** ends at {told} and decides nothing: fewer than {LEAST_VOTERS} members voted, each for"
            " themselves. It waits as before; what served serves on."
        )
    return f"⚖️ The trial of **{version.name}** was called off at {told}. What served before serves on."
