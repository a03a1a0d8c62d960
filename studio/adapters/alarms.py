"""What takes a version back without anybody's vote: moderators' flags, and texts that break. The rules are in `studio.taste.trial`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.adapters import serving, versions
from studio.store import flags, served, tastes, trials
from studio.store.taste_records import OURSELVES
from studio.taste import trial as rules

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from studio.adapters.records import Folders
    from studio.adapters.serving import Moved
    from studio.store import Store


async def watch(
    store: Store, folders: Folders, guild_id: int, kind: str, now: float
) -> tuple[Moved, str] | None:
    """Look at the first pieces of the adapter that serves, and take it back where they are bad enough. What moved, and why.

    The candidate of a quiet trial is looked at too: it is written off as if it served.

    Raises:
        StoreUnavailable: it could not be read or written.
    """

    def look(db: Connection) -> tuple[Moved, str] | None:
        trial = next((each for each in trials.going_on(db, guild_id, kind) if each.way == "quiet"), None)
        if trial is not None and (why := _why(db, guild_id, kind, trial.candidate, trial.began_at)):
            return serving.write_off(db, folders, trial, now, why), why
        adapter = tastes.serves(db, guild_id, kind).adapter
        taste = tastes.get(db, adapter) if adapter else None
        if taste is None or taste.served_at is None:
            return None
        why = _why(db, guild_id, kind, taste.digest, taste.served_at)
        if why is None:
            return None
        return serving.take_back(db, folders, guild_id, kind, "adapter", OURSELVES, now, why), why

    if await store.read(
        lambda db: tastes.serves(db, guild_id, kind).adapter or trials.going_on(db, guild_id, kind)
    ):
        moved = await store.write(look)
        if moved is not None:
            await versions.prune(store, folders, guild_id)
        return moved
    return None


def _why(db: Connection, guild_id: int, kind: str, adapter: str, since: float) -> str | None:
    flagged = flags.in_force(db, guild_id)
    first = served.first(db, guild_id, kind, adapter, since, rules.WATCHED)
    return rules.alarm([rules.Output(piece.text, piece.creation_id in flagged) for piece in first])
