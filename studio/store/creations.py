"""Queries about finished pieces."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, insert, select

from generation.wire.jobs import Sampling
from generation.wire.reading import read
from studio.store import drafts, pictures
from studio.store.jobs import wish
from studio.store.records import PICTURE, Creation
from studio.store.tables import creations, trials

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

AT_ONCE = 500  # a statement has room for so many names, on either database


def add(db: Connection, creation: Creation) -> None:
    """Add a piece, with its pictures and drafts, whose job exists and has none yet."""
    values = asdict(creation)
    del values["pictures"], values["drafts"], values["blind"]
    db.execute(insert(creations).values(values))
    pictures.add(db, creation.id, creation.pictures)
    drafts.add(db, creation.id, creation.drafts)


def get(db: Connection, creation_id: str) -> Creation | None:
    """The piece, or None."""
    row = db.execute(select(creations).where(creations.c.id == creation_id)).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    brief, sampling = wish(values["kind"], values.pop("brief")), read(Sampling, values.pop("sampling"))
    shown = pictures.of_creation(db, creation_id) if values["kind"] == PICTURE else ()
    several = () if values["kind"] == PICTURE else drafts.of_creation(db, creation_id)
    reasons = tuple(values.pop("reasons") or ())
    return Creation(
        **values, brief=brief, sampling=sampling, reasons=reasons, pictures=shown, drafts=several,
        blind=_blind(db, row),
    )  # fmt: skip


def existing(db: Connection, ids: Collection[str]) -> set[str]:
    """Those of `ids` that there are."""
    wanted = sorted(ids)
    found: set[str] = set()
    for start in range(0, len(wanted), AT_ONCE):
        few = wanted[start : start + AT_ONCE]
        found.update(db.execute(select(creations.c.id).where(creations.c.id.in_(few))).scalars())
    return found


def _blind(db: Connection, row: Any) -> bool:
    going_on = exists().where(
        trials.c.guild_id == row.guild_id, trials.c.kind == row.kind, trials.c.way == "quiet",
        trials.c.ended_at.is_(None), trials.c.began_at <= row.made_at,
    )  # fmt: skip
    return bool(db.execute(select(going_on)).scalar_one())


def remove(db: Connection, creation_id: str) -> None:
    """Forget the piece and its pictures; its job stays."""
    db.execute(delete(creations).where(creations.c.id == creation_id))
