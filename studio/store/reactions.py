"""Queries about reactions on messages that show our pieces, and about what changed while they were compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, literal, or_, select

from studio.store import consents
from studio.store.dialects import insert_for
from studio.store.records import Reaction
from studio.store.tables import jobs, messages, reaction_changes, reactions

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Exists, Table

EVERYBODY = 0
EVERY_EMOJI = ""


def add(db: Connection, reaction: Reaction) -> bool:
    """Add a reaction to a message of ours, unless it is there or its member asked to be forgotten. Whether this did."""
    if consents.choice(db, reaction.member_id, consents.EVERYWHERE) is not None:
        return False
    return _add_to_ours(
        db,
        reactions,
        message_id=reaction.message_id,
        member_id=reaction.member_id,
        emoji=reaction.emoji,
        added_at=reaction.added_at,
    )


def remove(db: Connection, message_id: int, member_id: int, emoji: str) -> bool:
    """Take one reaction away. Whether it was there."""
    gone = delete(reactions).where(
        reactions.c.message_id == message_id, reactions.c.member_id == member_id, reactions.c.emoji == emoji
    )
    return db.execute(gone).rowcount > 0


def clear(db: Connection, message_id: int, emoji: str | None = None) -> int:
    """Take all reactions of a message away, or those of one emoji. How many there were."""
    gone = delete(reactions).where(reactions.c.message_id == message_id)
    if emoji is not None:
        gone = gone.where(reactions.c.emoji == emoji)
    return db.execute(gone).rowcount


def clear_job(db: Connection, job_id: str) -> None:
    """Take the reactions of all of a job's messages away."""
    its = select(messages.c.message_id).where(messages.c.job_id == job_id)
    for table in (reactions, reaction_changes):
        db.execute(delete(table).where(table.c.message_id.in_(its)))


def on_message(db: Connection, message_id: int) -> list[Reaction]:
    """The reactions of one message, in no order."""
    query = select(reactions).where(reactions.c.message_id == message_id)
    return [Reaction(**row._mapping) for row in db.execute(query)]  # noqa: SLF001 - SQLAlchemy's public name


def counts_since(db: Connection, since: float) -> list[tuple[int, int, dict[str, int]]]:
    """Channel, message and reactions by emoji, of each message of a job asked at `since` or later."""
    query = (
        select(
            messages.c.channel_id, messages.c.message_id, reactions.c.emoji, func.count(reactions.c.member_id)
        )
        .select_from(
            messages.join(jobs).outerjoin(reactions, reactions.c.message_id == messages.c.message_id)
        )
        .where(jobs.c.asked_at >= since, *_SHOWN)
        .group_by(messages.c.channel_id, messages.c.message_id, reactions.c.emoji)
        .order_by(messages.c.message_id)
    )
    found: dict[tuple[int, int], dict[str, int]] = {}
    for channel_id, message_id, emoji, count in db.execute(query):
        counts = found.setdefault((channel_id, message_id), {})
        if emoji is not None:
            counts[emoji] = count
    return [(channel_id, message_id, counts) for (channel_id, message_id), counts in found.items()]


def note_change(
    db: Connection, message_id: int, member_id: int = EVERYBODY, emoji: str = EVERY_EMOJI
) -> None:
    """Remember that an event spoke of these reactions, so that an older look at Discord cannot overrule it."""
    _add_to_ours(db, reaction_changes, message_id=message_id, member_id=member_id, emoji=emoji)


def changes(db: Connection, message_id: int) -> set[tuple[int, str]]:
    """The members and emoji that events spoke of since `forget_changes`."""
    query = select(reaction_changes.c.member_id, reaction_changes.c.emoji)
    found = db.execute(query.where(reaction_changes.c.message_id == message_id))
    return {(member_id, emoji) for member_id, emoji in found}


def forget_changes(db: Connection) -> None:
    """Begin anew: what is looked at from now on is younger than every event so far."""
    db.execute(delete(reaction_changes))


def _add_to_ours(db: Connection, table: Table, **values: Any) -> bool:
    given = [literal(value, table.c[name].type) for name, value in values.items()]
    if_ours = select(*given).where(_is_ours(values["message_id"]))
    adding = insert_for(db, table).from_select(list(values), if_ours).on_conflict_do_nothing()
    return db.execute(adding).rowcount > 0


def _is_ours(message_id: int) -> Exists:
    return exists().where(messages.c.message_id == message_id, jobs.c.id == messages.c.job_id, *_SHOWN)


# A job's message counts from its acknowledgement on: who reacts while the text still grows means the piece.
_SHOWN: tuple[ColumnElement[bool], ...] = (
    messages.c.deleted.is_(False),
    or_(jobs.c.outcome.is_(None), jobs.c.outcome == "made"),
)
