"""All that a moderator wants to know of a server's taste, in one look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetune.snapshot import HEAD, TRAINING, missing
from studio.adapters import versions
from studio.adapters.records import KINDS, LogLine, Overview, Standing
from studio.adapters.rights import must_manage
from studio.store import audit, consents, runs, tastes, trials
from studio.taste import snapshot

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from studio.adapters.records import Actor, Folders
    from studio.store import Store
    from studio.taste.snapshot import Known

LOG_LINES = 10


async def overview(store: Store, folders: Folders, guild_id: int, actor: Actor, now: float) -> Overview:
    """What stands where in a guild, and what is still missing.

    Raises:
        Refusal: the member may not look.
        StoreUnavailable: it could not be read.
    """
    must_manage(actor)
    known = {kind: await snapshot.known(store, guild_id, kind, now) for kind in KINDS}

    def look(db: Connection) -> Overview:
        consent = consents.of_guild(db, guild_id)
        on = consent if consent is not None and consent.disabled_at is None else None
        every = versions.every(db, folders, guild_id)
        by_digest = {version.digest: version for version in every}

        def standing(kind: str, found: Known) -> Standing:
            serving = tastes.serves(db, guild_id, kind)
            run, trial = runs.going_on(db, guild_id, kind), trials.going_on(db, guild_id, kind)
            last = runs.last(db, guild_id, kind)
            return Standing(
                kind, by_digest.get(serving.head or ""), by_digest.get(serving.adapter or ""), serving.paused,
                found.evidence,
                {"head": missing(found.evidence, HEAD), "adapter": missing(found.evidence, TRAINING)},
                run[0].id if run else None, trial[0].id if trial else None, found.cliques,
                last.sentence if last is not None and last.state == "failed" else None,
            )  # fmt: skip

        return Overview(
            on.enabled_at if on else None,
            on.enabled_by if on else None,
            tuple(standing(kind, found) for kind, found in known.items()),
            tuple(every),
            tuple(
                LogLine(entry.member_id, entry.at, entry.action, entry.detail)
                for entry in audit.of_guild(db, guild_id, LOG_LINES)
            ),
        )

    return await store.read(look)
