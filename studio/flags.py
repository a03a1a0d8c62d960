"""What members and moderators have against a piece: reports that wait, flags in force, and who decides.

A moderator's flag is in force at once: its piece is never learnt from as liked, and two on one version's first pieces take that
back (`studio.adapters.alarms`). A member's report is in force when a moderator has upheld it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.adapters.rights import note
from studio.errors import Refusal
from studio.store import creations, flags, messages, trials
from studio.store.taste_records import Flag

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from studio.store import Store
    from studio.store.records import Creation
    from studio.store.taste_records import FlagKind, Verdict

NOT_OURS = "That is no piece of mine that I still know; only those can be flagged and reported."
ON_VOTE = (
    "These two belong to a vote and are kept as no pieces. Whoever moderates can delete the message, and /adapters cancel ends the"
    " vote."
)
NOT_ALLOWED = "Only members with the permission Manage Messages can do that."


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reported piece: what it is, where it can be seen, how many reported it, and how many others wait."""

    creation: Creation
    message_id: int | None
    reports: int
    others: int


async def add(
    store: Store,
    guild_id: int,
    message_id: int,
    member_id: int,
    kind: FlagKind,
    now: float,
    *,
    moderates: bool,
) -> Creation:
    """Flag or report the piece that a message shows. The piece.

    Raises:
        Refusal: the message shows none of this guild's, or a flag is not the member's to set.
        StoreUnavailable: it could not be written.
    """
    if kind == "flag" and not moderates:
        raise Refusal(NOT_ALLOWED)

    def work(db: Connection) -> Creation:
        job_id = messages.job_of(db, message_id)
        piece = creations.get(db, job_id) if job_id else None
        if piece is None or piece.guild_id != guild_id:
            raise Refusal(ON_VOTE if trials.shows_pair(db, guild_id, message_id) else NOT_OURS)
        if not flags.add(db, Flag(piece.id, member_id, kind, now)):
            raise Refusal(NOT_OURS)
        return piece

    return await store.write(work)


async def waiting(
    store: Store, guild_id: int, *, moderates: bool, after: str | None = None
) -> Waiting | None:
    """The reported piece that has waited longest, or the next one `after` a piece; None: nothing waits.

    Raises:
        Refusal: the member may not look.
        StoreUnavailable: it could not be read.
    """
    if not moderates:
        raise Refusal(NOT_ALLOWED)

    def work(db: Connection) -> Waiting | None:
        counts: dict[str, int] = {}
        for flag in flags.waiting(db, guild_id):
            counts[flag.creation_id] = counts.get(flag.creation_id, 0) + 1
        order = list(counts)
        if after in counts:
            cut = order.index(after) + 1
            order = order[cut:] + order[:cut]
        for creation_id in order:
            piece = creations.get(db, creation_id)
            if piece is not None:
                shown = [each.message_id for each in messages.of_job(db, creation_id) if not each.deleted]
                return Waiting(piece, min(shown, default=None), counts[creation_id], len(order) - 1)
        return None

    return await store.read(work)


async def resolve(
    store: Store,
    guild_id: int,
    creation_id: str,
    verdict: Verdict,
    member_id: int,
    now: float,
    *,
    moderates: bool,
) -> Creation:
    """Decide on all that is said against a piece. The piece.

    Raises:
        Refusal: the member may not, or the piece is gone.
        StoreUnavailable: it could not be written.
    """
    if not moderates:
        raise Refusal(NOT_ALLOWED)

    def work(db: Connection) -> Creation:
        piece = creations.get(db, creation_id)
        if piece is None or piece.guild_id != guild_id:
            raise Refusal("This piece is gone; there is nothing left to decide.")
        flags.resolve(db, creation_id, verdict, member_id, now)
        note(db, guild_id, member_id, now, verdict, f"what was said against a {piece.form}")
        return piece

    return await store.write(work)
