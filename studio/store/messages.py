"""Queries about the messages that show our jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, literal, select, update

from studio.store.dialects import insert_for
from studio.store.records import Delivered
from studio.store.tables import jobs, messages, reactions

if TYPE_CHECKING:
    from sqlalchemy import Connection


def add(db: Connection, shown: Delivered) -> bool:
    """Remember a message, unless it or its part is known, or its job is gone. Whether this did."""
    values = {
        "message_id": shown.message_id,
        "job_id": shown.job_id,
        "part": shown.part,
        "channel_id": shown.channel_id,
        "deleted": shown.deleted,
        "picture": shown.picture,
    }
    given = [literal(value, messages.c[name].type) for name, value in values.items()]
    of_a_job = select(*given).where(exists().where(jobs.c.id == shown.job_id))
    adding = insert_for(db, messages).from_select(list(values), of_a_job).on_conflict_do_nothing()
    return db.execute(adding).rowcount > 0


def add_pick(db: Connection, job_id: str, picture: int, channel_id: int, message_id: int) -> bool:
    """Remember a message that shows one picture of a job alone, under the next free part. Whether it was new."""
    known = [shown.part for shown in of_job(db, job_id)]
    return add(db, Delivered(job_id, max(known, default=0) + 1, channel_id, message_id, picture=picture))


def of_job(db: Connection, job_id: str) -> list[Delivered]:
    """The messages of a job by part, the deleted among them."""
    query = select(messages).where(messages.c.job_id == job_id).order_by(messages.c.part)
    return [Delivered(**row._mapping) for row in db.execute(query)]  # noqa: SLF001 - SQLAlchemy's public name


def job_of(db: Connection, message_id: int) -> str | None:
    """The job that a message shows, or None."""
    return db.execute(
        select(messages.c.job_id).where(messages.c.message_id == message_id)
    ).scalar_one_or_none()


def in_channel(db: Connection, channel_id: int) -> list[int]:
    """The messages in a channel that are there as far as is known, oldest first."""
    query = select(messages.c.message_id).where(
        messages.c.channel_id == channel_id, messages.c.deleted.is_(False)
    )
    return list(db.execute(query.order_by(messages.c.message_id)).scalars())


def mark_deleted(db: Connection, message_id: int) -> bool:
    """The message is gone from Discord, and its reactions with it. Whether it was ours."""
    db.execute(delete(reactions).where(reactions.c.message_id == message_id))
    return (
        db.execute(update(messages).where(messages.c.message_id == message_id).values(deleted=True)).rowcount
        > 0
    )
