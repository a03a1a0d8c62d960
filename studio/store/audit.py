"""Queries about who did what: the log that a guild's moderators read."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from studio.store.tables import audit
from studio.store.taste_records import FORGOTTEN, AuditEntry

if TYPE_CHECKING:
    from sqlalchemy import Connection

COLUMNS = [audit.c[name] for name in AuditEntry.__slots__]  # all but the id


def add(db: Connection, entry: AuditEntry) -> None:
    """Add what was done."""
    db.execute(insert(audit).values(asdict(entry)))


def of_guild(db: Connection, guild_id: int, limit: int = 20) -> list[AuditEntry]:
    """What was done in the guild, newest first."""
    query = (
        select(*COLUMNS).where(audit.c.guild_id == guild_id).order_by(audit.c.at.desc(), audit.c.id.desc())
    )
    return [AuditEntry(**row._mapping) for row in db.execute(query.limit(limit))]  # noqa: SLF001 - SQLAlchemy's public name


def of_member(db: Connection, member_id: int) -> list[AuditEntry]:
    """What the member did, oldest first."""
    query = select(*COLUMNS).where(audit.c.member_id == member_id).order_by(audit.c.at, audit.c.id)
    return [AuditEntry(**row._mapping) for row in db.execute(query)]  # noqa: SLF001 - SQLAlchemy's public name


def forget(db: Connection, member_id: int) -> int:
    """Forget that it was the member who did it; what was done stays in the log. How many lines that were."""
    return db.execute(
        update(audit).where(audit.c.member_id == member_id).values(member_id=FORGOTTEN)
    ).rowcount
