"""Queries about moderators' flags and members' reports."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, or_, select, update

from studio.store.dialects import insert_for
from studio.store.tables import creations, flags
from studio.store.taste_records import FORGOTTEN, Flag

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from studio.store.taste_records import Verdict

IN_FORCE = or_(
    and_(flags.c.kind == "flag", or_(flags.c.verdict.is_(None), flags.c.verdict != "dismissed")),
    and_(flags.c.kind == "report", flags.c.verdict == "upheld"),
)


def add(db: Connection, flag: Flag) -> bool:
    """Add a flag or a report; a member has one of each on a piece, and a new one opens it again. Whether the piece is there.

    A report that a moderator has dismissed stays dismissed: asking again is no new evidence.
    """
    if db.execute(select(creations.c.id).where(creations.c.id == flag.creation_id)).first() is None:
        return False
    adding = insert_for(db, flags).values(asdict(flag))
    if flag.kind == "report":
        db.execute(adding.on_conflict_do_nothing())
    else:
        again = {"at": flag.at, "resolved_at": None, "resolved_by": None, "verdict": None}
        db.execute(
            adding.on_conflict_do_update(index_elements=["creation_id", "member_id", "kind"], set_=again)
        )
    return True


def of_creation(db: Connection, creation_id: str) -> list[Flag]:
    """All that was said against a piece, oldest first."""
    rows = db.execute(select(flags).where(flags.c.creation_id == creation_id).order_by(flags.c.at))
    return [Flag(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def resolve(db: Connection, creation_id: str, verdict: Verdict, by_member: int, now: float) -> int:
    """A moderator decides on all that was said against a piece. How many flags and reports that settles."""
    change = update(flags).where(flags.c.creation_id == creation_id)
    return db.execute(change.values(verdict=verdict, resolved_by=by_member, resolved_at=now)).rowcount


def waiting(db: Connection, guild_id: int, limit: int = 25) -> list[Flag]:
    """The guild's reports that no moderator has decided on, oldest first."""
    query = (
        select(flags)
        .join(creations, creations.c.id == flags.c.creation_id)
        .where(creations.c.guild_id == guild_id, flags.c.kind == "report", flags.c.verdict.is_(None))
        .order_by(flags.c.at, flags.c.creation_id)
        .limit(limit)
    )
    return [Flag(**row._mapping) for row in db.execute(query)]  # noqa: SLF001 - SQLAlchemy's public name


def in_force(db: Connection, guild_id: int) -> set[str]:
    """The guild's pieces to which a moderator said no."""
    query = select(flags.c.creation_id).join(creations, creations.c.id == flags.c.creation_id)
    return set(db.execute(query.where(creations.c.guild_id == guild_id, IN_FORCE)).scalars())


def by_member(db: Connection, member_id: int) -> list[Flag]:
    """What the member said against pieces."""
    rows = db.execute(select(flags).where(flags.c.member_id == member_id).order_by(flags.c.at))
    return [Flag(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def forget(db: Connection, member_id: int) -> int:
    """Forget what the member said against pieces; what is in force stays so, under nobody's name. How many there were."""
    mine = by_member(db, member_id)
    kept = db.execute(select(flags).where(flags.c.member_id == member_id, IN_FORCE)).all()
    for row in kept:
        unnamed = {**row._mapping, "member_id": FORGOTTEN}  # noqa: SLF001 - SQLAlchemy's public name
        db.execute(insert_for(db, flags).values(unnamed).on_conflict_do_nothing())
    db.execute(delete(flags).where(flags.c.member_id == member_id))
    db.execute(update(flags).where(flags.c.resolved_by == member_id).values(resolved_by=FORGOTTEN))
    return len(mine)
