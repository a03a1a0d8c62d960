"""Queries about finished pieces."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from generation.wire.jobs import Brief, Sampling
from generation.wire.reading import read
from studio.store.records import Creation
from studio.store.tables import creations

if TYPE_CHECKING:
    from sqlalchemy import Connection


def add(db: Connection, creation: Creation) -> None:
    """Add a piece whose job exists and has none yet."""
    db.execute(insert(creations).values(asdict(creation)))


def get(db: Connection, creation_id: str) -> Creation | None:
    """The piece, or None."""
    row = db.execute(select(creations).where(creations.c.id == creation_id)).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    brief, sampling = Brief(**values.pop("brief")), read(Sampling, values.pop("sampling"))
    return Creation(**values, brief=brief, sampling=sampling)


def remove(db: Connection, creation_id: str) -> None:
    """Forget the piece; its job stays."""
    db.execute(delete(creations).where(creations.c.id == creation_id))
