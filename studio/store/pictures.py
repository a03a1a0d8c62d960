"""Queries about the pictures of creations: all but their bytes, which are files."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, insert, or_, select

from generation.wire.jobs import Spot
from generation.wire.reading import read
from studio.store.records import PICTURE, Picture
from studio.store.tables import creations, jobs, messages, pictures

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection, Row, Select

AT_ONCE = 500  # values in one IN (...), below every database's limit


def add(db: Connection, creation_id: str, made: Sequence[Picture]) -> None:
    """Add the pictures of a creation that has none yet."""
    if made:
        db.execute(insert(pictures), [{"creation_id": creation_id, **asdict(picture)} for picture in made])


def of_creation(db: Connection, creation_id: str) -> tuple[Picture, ...]:
    """The pictures of a creation, by part."""
    query = select(pictures).where(pictures.c.creation_id == creation_id).order_by(pictures.c.part)
    return tuple(_picture(row) for row in db.execute(query))


def recent(
    db: Connection, guild_id: int, channel_id: int, member_id: int, most: int
) -> list[tuple[str, Picture]]:
    """The newest pictures that lie at a spot and are the member's to use here, each with its creation's id."""
    query = (
        _usable(guild_id, channel_id, member_id)
        .where(pictures.c.spot.is_not(None))
        .order_by(creations.c.made_at.desc(), creations.c.id.desc(), pictures.c.part)
        .limit(most)
    )
    return [(row.creation_id, _picture(row)) for row in db.execute(query)]


def usable(
    db: Connection, guild_id: int, channel_id: int, member_id: int, creation_id: str, part: int
) -> tuple[Picture, bool] | None:
    """One picture and whether it is shown behind a veil; None where it is not the member's to use here, or is not."""
    query = (
        _usable(guild_id, channel_id, member_id)
        .add_columns(jobs.c.spoiler.label("veiled"))
        .join(jobs, jobs.c.id == creations.c.id)
        .where(pictures.c.creation_id == creation_id, pictures.c.part == part)
    )
    row = db.execute(query).one_or_none()
    return None if row is None else (_picture(row), row.veiled)


def _usable(guild_id: int, channel_id: int, member_id: int) -> Select[Any]:
    """The pictures that a member may begin from: their own, and the channel's.

    Those whose first message was deleted are left out, and what others made elsewhere in the guild: it may have been
    where the member cannot look.
    """
    gone = exists().where(
        messages.c.job_id == creations.c.id, messages.c.part == 0, messages.c.deleted.is_(True)
    )
    return (
        select(pictures)
        .join(creations, creations.c.id == pictures.c.creation_id)
        .where(
            creations.c.kind == PICTURE,
            creations.c.guild_id == guild_id,
            or_(creations.c.member_id == member_id, creations.c.channel_id == channel_id),
            ~gone,
        )
    )


def unused(db: Connection, digests: Collection[str]) -> set[str]:
    """Those of `digests` that no picture has."""
    wanted = sorted(digests)
    used: set[str] = set()
    for start in range(0, len(wanted), AT_ONCE):
        few = wanted[start : start + AT_ONCE]
        used.update(db.execute(select(pictures.c.digest).where(pictures.c.digest.in_(few))).scalars())
    return set(wanted) - used


def _picture(row: Row[Any]) -> Picture:
    return Picture(
        part=row.part,
        mime=row.mime,
        digest=row.digest,
        spot=None if row.spot is None else read(Spot, row.spot),
        understood=tuple(row.understood),
        outside=row.outside,
        nearest=tuple(row.nearest),
        alt=row.alt,
    )
