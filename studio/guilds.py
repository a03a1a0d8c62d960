"""Which guilds are served, and what holds for each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from studio.errors import Refusal
from studio.store import guilds
from studio.store.records import GuildSettings

if TYPE_CHECKING:
    from collections.abc import Collection

    from studio.store import Store

MOST_WEIGHT = 1000  # the wire's bound


def is_served(guild_id: int, allowed: Collection[int]) -> bool:
    """Whether the operator lets this guild in; an empty list lets all in."""
    return not allowed or guild_id in allowed


async def settings(store: Store, guild_id: int) -> GuildSettings:
    """What holds for the guild: what was set, else what holds for all.

    Raises:
        StoreUnavailable: it could not be read.
    """
    return await store.read(lambda db: guilds.get(db, guild_id)) or GuildSettings(guild_id)


async def set_weight(store: Store, guild_id: int, weight: float) -> GuildSettings:
    """Scale the guild's share of the engine, for jobs asked from now on.

    Raises:
        Refusal: `weight` is not above 0 and at most `MOST_WEIGHT`.
        StoreUnavailable: it could not be written.
    """
    if not 0 < weight <= MOST_WEIGHT:
        raise Refusal(f"A server's weight is above 0 and at most {MOST_WEIGHT}.")
    changed = replace(await settings(store, guild_id), weight=weight)
    await store.write(lambda db: guilds.put(db, changed))
    return changed
