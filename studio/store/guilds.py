"""Queries about guilds' settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from studio.store.dialects import insert_for
from studio.store.records import GuildSettings
from studio.store.tables import guild_settings

if TYPE_CHECKING:
    from sqlalchemy import Connection


def get(db: Connection, guild_id: int) -> GuildSettings | None:
    """What was set for the guild, or None."""
    row = db.execute(select(guild_settings).where(guild_settings.c.guild_id == guild_id)).one_or_none()
    return None if row is None else GuildSettings(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def put(db: Connection, settings: GuildSettings) -> None:
    """Set it, whatever was set before."""
    putting = insert_for(db, guild_settings).values(guild_id=settings.guild_id, weight=settings.weight)
    db.execute(putting.on_conflict_do_update(index_elements=["guild_id"], set_={"weight": settings.weight}))
