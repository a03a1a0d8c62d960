"""Queries about what was made with what: the first pieces of a version, the pieces of a trial, the forms that are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from studio.store.tables import creations, messages, reactions
from studio.store.votes import IS_ONE, Reacted

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Output:
    """A piece that a version has written."""

    creation_id: str
    text: str


def first(db: Connection, guild_id: int, kind: str, adapter: str, since: float, limit: int) -> list[Output]:
    """The first pieces that an adapter wrote for the guild since then, oldest first."""
    query = (
        select(creations.c.id, creations.c.text)
        .where(
            creations.c.guild_id == guild_id,
            creations.c.kind == kind,
            creations.c.made_at >= since,
            creations.c.adapter == adapter,
        )
        .order_by(creations.c.made_at, creations.c.id)
        .limit(limit)
    )
    return [Output(*row) for row in db.execute(query)]


def opinions(
    db: Connection, guild_id: int, kind: str, since: float, forms: Collection[str] | None = None
) -> list[tuple[Reacted, str | None, float]]:
    """The reactions on the guild's pieces made since then, in the order in which they came, with what wrote the piece, and when; of
    some forms, or of all of the kind.

    Those of who asked for a piece are left out.
    """
    fits = [] if forms is None else [creations.c.form.in_(sorted(forms))]
    query = (
        select(
            creations.c.id,
            reactions.c.member_id,
            reactions.c.emoji,
            reactions.c.added_at,
            creations.c.adapter,
            creations.c.made_at,
        )
        .join(messages, messages.c.message_id == reactions.c.message_id)
        .join(creations, creations.c.id == messages.c.job_id)
        .where(
            creations.c.guild_id == guild_id,
            creations.c.kind == kind,
            creations.c.made_at >= since,
            creations.c.member_id != reactions.c.member_id,
            messages.c.deleted.is_(False),
            *IS_ONE,
            *fits,
        )
        .order_by(reactions.c.added_at, reactions.c.message_id, reactions.c.member_id, reactions.c.emoji)
    )
    return [(Reacted(*row[:4]), row[4], row[5]) for row in db.execute(query)]


def forms(db: Connection, guild_id: int, kind: str) -> list[str]:
    """The forms of a kind that the guild has asked for, the commonest first."""
    count = func.count()
    query = (
        select(creations.c.form)
        .where(creations.c.guild_id == guild_id, creations.c.kind == kind)
        .group_by(creations.c.form)
        .order_by(count.desc(), creations.c.form)
    )
    return list(db.execute(query).scalars())
