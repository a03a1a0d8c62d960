"""Queries about tastes, and about which of them serve."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, or_, select, update

from studio.store.dialects import insert_for
from studio.store.tables import serving, snapshots, tastes
from studio.store.taste_records import Serving, Taste

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from studio.store.taste_records import TasteState, What


def add(db: Connection, taste: Taste) -> bool:
    """Add a taste, unless it is there: the same training gives the same digest. Whether this did.

    What learnt from a snapshot that was purged meanwhile, or from a taste that was revoked, is revoked as it comes.
    """
    purged = exists().where(snapshots.c.digest == taste.snapshot, snapshots.c.purged_at.is_not(None))
    fallen = exists().where(tastes.c.digest == taste.parent, tastes.c.state == "revoked")
    if db.execute(select(or_(purged, fallen))).scalar_one():
        taste = replace(taste, state="revoked")
    return db.execute(insert_for(db, tastes).values(asdict(taste)).on_conflict_do_nothing()).rowcount > 0


def get(db: Connection, digest: str) -> Taste | None:
    """The taste, or None."""
    row = db.execute(select(tastes).where(tastes.c.digest == digest)).one_or_none()
    return None if row is None else Taste(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def of_guild(db: Connection, guild_id: int, kind: str | None = None, what: What | None = None) -> list[Taste]:
    """The guild's tastes, newest first; those of one kind, or heads or adapters alone."""
    query = select(tastes).where(tastes.c.guild_id == guild_id)
    if kind is not None:
        query = query.where(tastes.c.kind == kind)
    if what is not None:
        query = query.where(tastes.c.what == what)
    rows = db.execute(query.order_by(tastes.c.made_at.desc(), tastes.c.digest))
    return [Taste(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def set_state(db: Connection, digest: str, state: TasteState) -> bool:
    """Say where a taste stands; one that is revoked stays so. Whether this did."""
    change = update(tastes).where(tastes.c.digest == digest, tastes.c.state != "revoked")
    return db.execute(change.values(state=state)).rowcount > 0


def served(db: Connection, digest: str, at: float | None) -> None:
    """Say when a taste was let serve; None: it was taken back."""
    db.execute(update(tastes).where(tastes.c.digest == digest).values(served_at=at))


def set_report(db: Connection, digest: str, report: dict[str, Any]) -> None:
    """Replace what is said of a taste."""
    db.execute(update(tastes).where(tastes.c.digest == digest).values(report=report))


def revoked(db: Connection) -> list[str]:
    """The tastes that were revoked: none of their files may be left."""
    return list(db.execute(select(tastes.c.digest).where(tastes.c.state == "revoked")).scalars())


def serves(db: Connection, guild_id: int, kind: str) -> Serving:
    """What serves the guild's pieces of a kind; at first nothing of its own."""
    query = select(serving).where(serving.c.guild_id == guild_id, serving.c.kind == kind)
    row = db.execute(query).one_or_none()
    return Serving(guild_id, kind) if row is None else Serving(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def serve(db: Connection, what: Serving) -> None:
    """Set what serves, whatever did before."""
    values = asdict(what)
    putting = insert_for(db, serving).values(values)
    del values["guild_id"], values["kind"]
    db.execute(putting.on_conflict_do_update(index_elements=["guild_id", "kind"], set_=values))


def learnt_from(db: Connection, snapshots: Collection[str]) -> list[Taste]:
    """Every taste that learnt from one of the snapshots, or started from one that did; oldest first."""
    found = {
        row.digest: row for row in db.execute(select(tastes).where(tastes.c.snapshot.in_(sorted(snapshots))))
    }
    newest = set(found)
    while newest:
        children = db.execute(select(tastes).where(tastes.c.parent.in_(sorted(newest))))
        later = {row.digest: row for row in children if row.digest not in found}
        found |= later
        newest = set(later)
    every = [Taste(**row._mapping) for row in found.values()]  # noqa: SLF001 - SQLAlchemy's public name
    return sorted(every, key=lambda taste: (taste.made_at, taste.digest))


def revoke(db: Connection, digests: Collection[str]) -> None:
    """None of these serves any more, nor ever will; what they wrote to be compared, on members' themes too, is forgotten."""
    named = sorted(digests)
    for row in db.execute(select(tastes.c.digest, tastes.c.report).where(tastes.c.digest.in_(named))).all():
        set_report(db, row.digest, {name: found for name, found in row.report.items() if name != "samples"})
    db.execute(update(tastes).where(tastes.c.digest.in_(named)).values(state="revoked"))
    for column in (serving.c.head, serving.c.adapter):
        db.execute(update(serving).where(column.in_(named)).values({column.name: None}))
