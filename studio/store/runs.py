"""Queries about runs: attempts to learn. At most one goes on for each guild and kind."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from studio.store.dialects import insert_for
from studio.store.tables import runs
from studio.store.taste_records import FORGOTTEN, Run

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from studio.store.taste_records import Ending


def ask(db: Connection, run: Run) -> bool:
    """Add a run, unless it is known or one of its guild and kind goes on. Whether this did."""
    return db.execute(insert_for(db, runs).values(asdict(run)).on_conflict_do_nothing()).rowcount > 0


def get(db: Connection, run_id: str) -> Run | None:
    """The run, or None."""
    row = db.execute(select(runs).where(runs.c.id == run_id)).one_or_none()
    return None if row is None else Run(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def going_on(db: Connection, guild_id: int | None = None, kind: str | None = None) -> list[Run]:
    """The runs that have not ended, oldest first: of a guild, of a kind, or all."""
    query = select(runs).where(runs.c.ended_at.is_(None))
    if guild_id is not None:
        query = query.where(runs.c.guild_id == guild_id)
    if kind is not None:
        query = query.where(runs.c.kind == kind)
    rows = db.execute(query.order_by(runs.c.asked_at, runs.c.id))
    return [Run(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def of_guild(db: Connection, guild_id: int, limit: int = 10) -> list[Run]:
    """The guild's runs, newest first."""
    query = select(runs).where(runs.c.guild_id == guild_id).order_by(runs.c.asked_at.desc(), runs.c.id)
    return [Run(**row._mapping) for row in db.execute(query.limit(limit))]  # noqa: SLF001 - SQLAlchemy's public name


def last(db: Connection, guild_id: int, kind: str) -> Run | None:
    """The guild's run of a kind that was asked for last, whatever became of it; None: there is none."""
    query = select(runs).where(runs.c.guild_id == guild_id, runs.c.kind == kind)
    row = db.execute(query.order_by(runs.c.asked_at.desc(), runs.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else Run(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def that_made(db: Connection, guild_id: int, digest: str) -> Run | None:
    """The guild's run that came to that version, the newest of several; None: there is none."""
    query = select(runs).where(runs.c.guild_id == guild_id, runs.c.result == digest)
    row = db.execute(query.order_by(runs.c.asked_at.desc(), runs.c.id).limit(1)).one_or_none()
    return None if row is None else Run(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def learning_from(db: Connection, snapshots: Collection[str]) -> list[Run]:
    """The runs that learn or learnt from one of the snapshots, oldest first."""
    rows = db.execute(
        select(runs).where(runs.c.snapshot.in_(sorted(snapshots))).order_by(runs.c.asked_at, runs.c.id)
    )
    return [Run(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def asked_by(db: Connection, member_id: int) -> list[Run]:
    """The runs that the member asked for, oldest first."""
    rows = db.execute(select(runs).where(runs.c.asked_by == member_id).order_by(runs.c.asked_at, runs.c.id))
    return [Run(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def began(db: Connection, run_id: str, snapshot: str) -> bool:
    """It is under way, once more, and learns from the snapshot. Whether it had not ended."""
    change = update(runs).where(runs.c.id == run_id, runs.c.ended_at.is_(None))
    return db.execute(change.values(state="running", snapshot=snapshot, begun=runs.c.begun + 1)).rowcount > 0


def let_go(db: Connection, run_id: str) -> None:
    """It is left to a later life as it is, by one that closes in order: that it was begun does not count."""
    db.execute(update(runs).where(runs.c.id == run_id).values(begun=runs.c.begun - 1))


def shown(db: Connection, run_id: str, channel_id: int, message_id: int) -> None:
    """Where its progress is shown."""
    db.execute(update(runs).where(runs.c.id == run_id).values(channel_id=channel_id, message_id=message_id))


def progress(db: Connection, run_id: str, step: int, steps: int) -> bool:
    """How far it has come. Whether it had not ended."""
    change = update(runs).where(runs.c.id == run_id, runs.c.ended_at.is_(None))
    return db.execute(change.values(step=step, steps=steps)).rowcount > 0


def end(
    db: Connection,
    run_id: str,
    ending: Ending,
    now: float,
    sentence: str | None = None,
    result: str | None = None,
) -> bool:
    """It has ended; the first ending stands. Whether this was it."""
    change = update(runs).where(runs.c.id == run_id, runs.c.ended_at.is_(None))
    values = {"state": ending, "ended_at": now, "sentence": sentence, "result": result}
    return db.execute(change.values(values)).rowcount > 0


def forget(db: Connection, member_id: int) -> int:
    """Forget who asked for the member's runs, and who called off those that they did. How many they had asked for."""
    mention = f"<@{member_id}>"
    called_off = update(runs).where(runs.c.sentence.contains(mention, autoescape=True))
    db.execute(called_off.values(sentence=func.replace(runs.c.sentence, mention, "somebody")))
    asked = update(runs).where(runs.c.asked_by == member_id)
    return db.execute(asked.values(asked_by=FORGOTTEN)).rowcount
