"""Queries about snapshots, and about whose votes, themes and pieces are in them.

The links lie here and nowhere else, so that a deletion can be followed from a member to what learnt from them, and so that
a purge leaves nothing that says who they were.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from studio.store.dialects import insert_for
from studio.store.tables import snapshot_examples, snapshot_members, snapshots
from studio.store.taste_records import SnapshotRow

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection


def add(db: Connection, row: SnapshotRow, examples: Mapping[str, str], members: Collection[int]) -> None:
    """Add a snapshot, unless it is there, with the creation behind each of its examples' ids, and the members in it."""
    if not db.execute(insert_for(db, snapshots).values(asdict(row)).on_conflict_do_nothing()).rowcount:
        return
    linked = [
        {"snapshot": row.digest, "example_id": example, "creation_id": creation}
        for example, creation in examples.items()
    ]
    if linked:
        db.execute(insert_for(db, snapshot_examples), linked)
    if members:
        db.execute(
            insert_for(db, snapshot_members),
            [{"snapshot": row.digest, "member_id": member} for member in sorted(members)],
        )


def get(db: Connection, digest: str) -> SnapshotRow | None:
    """The snapshot, or None."""
    row = db.execute(select(snapshots).where(snapshots.c.digest == digest)).one_or_none()
    return None if row is None else SnapshotRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def of_guild(db: Connection, guild_id: int, kind: str | None = None) -> list[SnapshotRow]:
    """The guild's snapshots, of one kind or all, newest first; the purged among them."""
    query = select(snapshots).where(snapshots.c.guild_id == guild_id)
    if kind is not None:
        query = query.where(snapshots.c.kind == kind)
    rows = db.execute(query.order_by(snapshots.c.made_at.desc(), snapshots.c.digest))
    return [SnapshotRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def with_member(db: Connection, member_id: int) -> list[str]:
    """The snapshots that hold a vote, a theme or a piece of the member's, by digest."""
    query = select(snapshot_members.c.snapshot).where(snapshot_members.c.member_id == member_id)
    return list(db.execute(query.order_by(snapshot_members.c.snapshot)).scalars())


def with_creation(db: Connection, creation_id: str) -> list[str]:
    """The snapshots that hold the piece, by digest."""
    query = select(snapshot_examples.c.snapshot).where(snapshot_examples.c.creation_id == creation_id)
    return sorted(set(db.execute(query).scalars()))


def purge(db: Connection, digests: Collection[str], now: float) -> None:
    """Forget what is in the snapshots; that they were, and their counts, stay. Their directories are the caller's."""
    for table in (snapshot_examples, snapshot_members):
        db.execute(delete(table).where(table.c.snapshot.in_(sorted(digests))))
    gone = update(snapshots).where(snapshots.c.digest.in_(sorted(digests)), snapshots.c.purged_at.is_(None))
    db.execute(gone.values(salt="", purged_at=now))


def purged(db: Connection) -> list[str]:
    """The snapshots that were purged: none of their directories may be left."""
    query = select(snapshots.c.digest).where(snapshots.c.purged_at.is_not(None))
    return list(db.execute(query.order_by(snapshots.c.digest)).scalars())


def remove(db: Connection, digest: str) -> None:
    """Forget that there was a snapshot: it was never written."""
    db.execute(delete(snapshots).where(snapshots.c.digest == digest))
