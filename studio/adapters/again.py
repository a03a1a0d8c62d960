"""Learning again without being asked: where a moderator has had something learnt, and enough was said since.

For operators who turn it on (RETRAIN). What is learnt, where it is told and in whose name is as it was the last time, so that
the first time is always a moderator's; whether they may still ask is looked at when it begins, as ever. What comes of it
serves no sooner than if it had been asked for: a picker at once, an adapter when a moderator or a trial says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetune.snapshot import HEAD, TRAINING, missing
from studio.adapters.records import CALLED
from studio.adapters.rights import note
from studio.store import consents, runs, snapshots, trials
from studio.store.taste_records import FORGOTTEN, Run
from studio.taste import snapshot

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from studio.store import Store

GROWN = (
    1.3  # times the evidence of the last time: with less than a third more, a head hardly changes its mind
)
REST_S = 24 * 3600.0  # between two times: training takes a quarter of an hour of a small machine
LOOKED_AT = 50  # runs of a guild, the newest


async def ask(store: Store, run_id: str, guild_id: int, kind: str, now: float) -> Run | None:
    """Write down that it is to be learnt again, under `run_id`; None: it is not time, or not for us to say.

    Raises:
        StoreUnavailable: it could not be read or written.
    """
    last = await store.read(lambda db: _last(db, guild_id, kind, now))
    if last is None:
        return None
    row = await store.read(lambda db: snapshots.get(db, last.snapshot or ""))
    known = await snapshot.evidence(store, guild_id, kind, now)
    if row is None or known.weight < GROWN * row.evidence["weight"]:
        return None
    if missing(known, TRAINING if last.what == "adapter" else HEAD) is not None:
        return None
    run = Run(run_id, guild_id, kind, last.what, "asked", last.asked_by, now, channel_id=last.channel_id)

    def add(db: Connection) -> Run | None:
        if _last(db, guild_id, kind, now) != last or not runs.ask(db, run):
            return None
        note(db, guild_id, last.asked_by, now, "retrain", f"{kind} {CALLED[last.what]}, by itself")
        return run

    return await store.write(add)


def _last(db: Connection, guild_id: int, kind: str, now: float) -> Run | None:
    """The run that is to be done again, if it is time: the last, unless it failed or was called off, which is a moderator's
    to begin anew.
    """
    if not consents.may_train(db, guild_id) or trials.going_on(db, guild_id, kind):
        return None
    known = [run for run in runs.of_guild(db, guild_id, LOOKED_AT) if run.kind == kind]
    if not known or known[0].state != "done" or now - known[0].asked_at < REST_S:
        return None
    return None if known[0].asked_by == FORGOTTEN else known[0]
