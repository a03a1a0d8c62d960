"""Votes for tests, each whole, with what a test does not care about already said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from studio.taste.votes import Vote

DAY_S = 86_400.0
NOW = 1_800_000_000.0


def a_vote(creation: object = "1", member: int = 1, up: bool = True, **changes: Any) -> Vote:
    """Cast a day ago by somebody who has been there for a year, six hours and some after the piece was made."""
    at = NOW - DAY_S + 3600.0 * member  # nobody is together with anybody
    vote = Vote(str(creation), member, up, at, at - 6 * 3600.0 - 60.0 * member, NOW - 365 * DAY_S)
    return replace(vote, **changes)


def many(members: range, likes: dict[object, bool], **changes: Any) -> list[Vote]:
    """Everybody says the same of the same."""
    return [a_vote(creation, member, up, **changes) for creation, up in likes.items() for member in members]
