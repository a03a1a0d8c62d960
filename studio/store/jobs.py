"""Queries about jobs. Each is a function of an open connection, so that several can share a transaction."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, bindparam, delete, func, or_, select, update

from generation.wire.jobs import Brief, PictureBrief
from generation.wire.reading import read
from studio.store.dialects import INSERT
from studio.store.records import PICTURE, JobRecord
from studio.store.tables import guild_settings, jobs

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Executable, Row, Select
    from sqlalchemy.dialects import postgresql, sqlite

    from studio.store.records import Outcome, Wish

NEVER_SHOWN = ("withdrawn", "undeliverable")


def add(db: Connection, record: JobRecord, *, per_member: int, per_guild: int) -> JobRecord | None:
    """Add a job with its guild's weight, unless its id is taken or it would be one too many: then None.

    One statement, so that no other ask comes between counting and adding.
    """
    values = {**asdict(record), "per_member": per_member, "per_guild": per_guild}
    weight = db.execute(_ADD[db.dialect.name], values).scalar_one_or_none()
    return None if weight is None else replace(record, weight=weight)


def get(db: Connection, job_id: str) -> JobRecord | None:
    """The job, or None."""
    row = db.execute(select(jobs).where(jobs.c.id == job_id)).one_or_none()
    return None if row is None else _record(row)


def unfinished(db: Connection, guild_id: int, member_id: int) -> tuple[int, int]:
    """How many jobs that can still end the member and the whole guild have."""
    row = db.execute(
        select(
            _unfinished(jobs.c.member_id == member_id).scalar_subquery(),
            _unfinished(jobs.c.guild_id == guild_id).scalar_subquery(),
        )
    ).one()
    return row[0], row[1]


def acknowledge(db: Connection, job_id: str, message_id: int | None, now: float) -> None:
    """Remember that Discord has the first answer, and which message it is."""
    db.execute(update(jobs).where(jobs.c.id == job_id).values(acknowledged_at=now, message_id=message_id))


def remove(db: Connection, job_id: str) -> bool:
    """Forget the job and all that hangs on it. Whether there was one."""
    return db.execute(delete(jobs).where(jobs.c.id == job_id)).rowcount > 0


def end(
    db: Connection, job_id: str, outcome: Outcome, *, sentence: str | None = None, reference: str | None = None,
    started_at: float | None = None,
) -> bool:  # fmt: skip
    """Give the job its outcome, unless it has one. Whether this did."""
    change = update(jobs).where(jobs.c.id == job_id, jobs.c.outcome.is_(None))
    values = {"outcome": outcome, "sentence": sentence, "reference": reference, "started_at": started_at}
    return db.execute(change.values(values)).rowcount > 0


def settle(db: Connection, job_id: str, now: float) -> None:
    """The ending was shown: nothing is left to do, and the token is forgotten."""
    change = update(jobs).where(jobs.c.id == job_id, jobs.c.settled_at.is_(None))
    db.execute(change.values(settled_at=now, interaction_token=""))


def never_show(db: Connection, job_id: str, outcome: Outcome, sentence: str | None = None) -> bool:
    """End a job that is not settled in a way that shows nothing more. Whether this did."""
    change = update(jobs).where(jobs.c.id == job_id, jobs.c.settled_at.is_(None), _not_given_up())
    return db.execute(change.values(outcome=outcome, sentence=sentence, interaction_token="")).rowcount > 0


def forget_token(db: Connection, job_id: str) -> None:
    """The interaction's token has expired."""
    db.execute(update(jobs).where(jobs.c.id == job_id).values(interaction_token=""))


def notify(db: Connection, job_id: str) -> None:
    """The member who waited long was told."""
    db.execute(update(jobs).where(jobs.c.id == job_id).values(notified=True))


def unsettled(db: Connection) -> list[JobRecord]:
    """The jobs that still owe somebody a message, those asked first coming first."""
    query = (
        select(jobs).where(jobs.c.settled_at.is_(None), _not_given_up()).order_by(jobs.c.asked_at, jobs.c.id)
    )
    return [_record(row) for row in db.execute(query)]


def shown_by(db: Connection, message_id: int) -> str | None:
    """The unsettled job that the message is the first answer of."""
    query = select(jobs.c.id).where(jobs.c.message_id == message_id, jobs.c.settled_at.is_(None))
    return db.execute(query).scalar_one_or_none()


def parents(db: Connection, guild_id: int, kind: str) -> dict[str, tuple[int, str | None]]:
    """Who asked for each of the guild's jobs of a kind, and the job that it was derived from."""
    query = select(jobs.c.id, jobs.c.member_id, jobs.c.parent)
    rows = db.execute(query.where(jobs.c.guild_id == guild_id, jobs.c.kind == kind))
    return {row.id: (row.member_id, row.parent) for row in rows}


def wish(kind: str, stored: dict[str, Any]) -> Wish:
    """The brief of a job or creation of `kind`, as its column holds it."""
    return read(PictureBrief, stored) if kind == PICTURE else read(Brief, stored)


def _not_given_up() -> Any:
    return or_(jobs.c.outcome.is_(None), jobs.c.outcome.not_in(NEVER_SHOWN))


def _unfinished(of: ColumnElement[bool]) -> Select[int]:
    """Jobs that have not ended and will. One that was settled without an outcome, as those given up once were, is followed
    by nobody.
    """
    return (
        select(func.count())
        .select_from(jobs)
        .where(of, jobs.c.outcome.is_(None), jobs.c.settled_at.is_(None))
    )


def _record(row: Row[Any]) -> JobRecord:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    return JobRecord(**{**values, "brief": wish(values["kind"], values["brief"])})


def _adding(adding: sqlite.Insert | postgresql.Insert) -> Executable:
    """INSERT … SELECT … WHERE there is room: the caps are counted by the statement that adds."""
    given = {name: bindparam(name, type_=column.type) for name, column in jobs.c.items()}
    of_guild = select(guild_settings.c.weight).where(guild_settings.c.guild_id == given["guild_id"])
    values = {**given, "weight": func.coalesce(of_guild.scalar_subquery(), given["weight"])}
    room = select(*values.values()).where(
        _unfinished(jobs.c.member_id == given["member_id"]).scalar_subquery()
        < bindparam("per_member", type_=Integer),
        _unfinished(jobs.c.guild_id == given["guild_id"]).scalar_subquery()
        < bindparam("per_guild", type_=Integer),
    )
    return adding.from_select(list(values), room).on_conflict_do_nothing().returning(jobs.c.weight)


_ADD = {dialect: _adding(insert(jobs)) for dialect, insert in INSERT.items()}
