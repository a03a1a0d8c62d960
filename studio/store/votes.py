"""Queries that put reactions and pieces side by side, for learning from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, or_, select

from studio.store.jobs import wish
from studio.store.tables import creations, drafts, flags, jobs, messages, reactions

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from generation.wire.jobs import Brief


# a piece is one from the start, or since one of its drafts was picked; and what was said before that was said of all of them
IS_ONE = (
    or_(creations.c.choice.is_not(None), ~exists().where(drafts.c.creation_id == creations.c.id)),
    or_(creations.c.chosen_at.is_(None), reactions.c.added_at >= creations.c.chosen_at),
)


@dataclass(frozen=True, slots=True)
class Reacted:
    """One member's one emoji on one piece: on whichever of its messages."""

    creation_id: str
    member_id: int
    emoji: str
    at: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A text that may be learnt from, and who asked for it."""

    creation_id: str
    member_id: int
    form: str
    brief: Brief
    text: str
    made_at: float
    adapter: str | None


def reacted(db: Connection, guild_id: int, kind: str) -> list[Reacted]:
    """The reactions on the guild's pieces of a kind that are still there, in the order in which they came; of a piece that was
    picked from drafts, those since then.
    """
    query = (
        select(creations.c.id, reactions.c.member_id, reactions.c.emoji, reactions.c.added_at)
        .join(messages, messages.c.message_id == reactions.c.message_id)
        .join(creations, creations.c.id == messages.c.job_id)
        .where(creations.c.guild_id == guild_id, creations.c.kind == kind, messages.c.deleted.is_(False))
        .where(*IS_ONE)
        .order_by(reactions.c.added_at, reactions.c.message_id, reactions.c.member_id, reactions.c.emoji)
    )
    return [Reacted(*row) for row in db.execute(query)]


def pieces(db: Connection, guild_id: int, kind: str) -> list[Piece]:
    """The guild's pieces of a kind that somebody reacted to, flagged or reported, oldest first; drafts of which none was picked are no
    piece. `kind` is not "picture".
    """
    reacted_to = exists().where(
        messages.c.job_id == creations.c.id, reactions.c.message_id == messages.c.message_id
    )
    spoken_of = or_(reacted_to, exists().where(flags.c.creation_id == creations.c.id))
    columns = [
        creations.c[name] for name in ("id", "member_id", "form", "brief", "text", "made_at", "adapter")
    ]
    query = select(*columns).where(
        creations.c.guild_id == guild_id, creations.c.kind == kind, spoken_of, IS_ONE[0]
    )
    return [_piece(kind, row) for row in db.execute(query.order_by(creations.c.made_at, creations.c.id))]


def first_seen(db: Connection, guild_id: int) -> dict[int, float]:
    """When each member was first seen to react to a piece of the guild's, or to ask for one."""
    seen: dict[int, float] = {}
    reacting = (
        select(reactions.c.member_id, func.min(reactions.c.added_at))
        .join(messages, messages.c.message_id == reactions.c.message_id)
        .join(jobs, jobs.c.id == messages.c.job_id)
        .where(jobs.c.guild_id == guild_id)
        .group_by(reactions.c.member_id)
    )
    asking = (
        select(jobs.c.member_id, func.min(jobs.c.asked_at))
        .where(jobs.c.guild_id == guild_id)
        .group_by(jobs.c.member_id)
    )
    for query in (reacting, asking):
        for member_id, at in db.execute(query):
            seen[member_id] = min(at, seen.get(member_id, at))
    return seen


def of_member(db: Connection, member_id: int) -> list[Reacted]:
    """The member's reactions on our pieces, everywhere, oldest first."""
    query = (
        select(messages.c.job_id, reactions.c.member_id, reactions.c.emoji, reactions.c.added_at)
        .join(messages, messages.c.message_id == reactions.c.message_id)
        .where(reactions.c.member_id == member_id)
        .order_by(reactions.c.added_at, messages.c.job_id, reactions.c.emoji)
    )
    return [Reacted(*row) for row in db.execute(query)]


def _piece(kind: str, row: Any) -> Piece:
    brief: Any = wish(kind, row.brief)
    return Piece(row.id, row.member_id, row.form, brief, row.text, row.made_at, row.adapter)
