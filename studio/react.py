"""Reactions on our own pieces: as they come, and as they were found after an absence.

Only messages that show a piece count, and the bot's own reactions never do. What a reaction means for taste is
decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.store import jobs, messages, reactions
from studio.store.records import Reaction

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection

    from studio.store import Store


@dataclass(frozen=True, slots=True)
class Known:
    """A message of ours and how many reactions of each emoji are recorded on it."""

    channel_id: int
    message_id: int
    counts: Mapping[str, int]


async def added(
    store: Store, message_id: int, member_id: int, emoji: str, now: float, *, own_id: int
) -> bool:
    """Somebody reacted. Whether that was news about one of our pieces.

    Raises:
        StoreUnavailable: it could not be written; a reconciliation will find it.
    """
    if member_id == own_id:
        return False

    def add(db: Connection) -> bool:
        reactions.note_change(db, message_id, member_id, emoji)
        return reactions.add(db, Reaction(message_id, member_id, emoji, now))

    return await store.write(add)


async def removed(store: Store, message_id: int, member_id: int, emoji: str, *, own_id: int) -> bool:
    """Somebody took a reaction back. Whether it was recorded.

    Raises:
        StoreUnavailable: it could not be written; a reconciliation will find it.
    """
    if member_id == own_id:
        return False

    def remove(db: Connection) -> bool:
        reactions.note_change(db, message_id, member_id, emoji)
        return reactions.remove(db, message_id, member_id, emoji)

    return await store.write(remove)


async def cleared(store: Store, message_id: int, emoji: str | None) -> int:
    """A moderator cleared a message's reactions, or those of one emoji. How many were recorded.

    Raises:
        StoreUnavailable: it could not be written; a reconciliation will find it.
    """

    def clear(db: Connection) -> int:
        reactions.note_change(db, message_id, emoji=reactions.EVERY_EMOJI if emoji is None else emoji)
        return reactions.clear(db, message_id, emoji)

    return await store.write(clear)


async def message_deleted(store: Store, message_id: int) -> bool:
    """A message is gone: its reactions go too, and what it showed is never posted again. Whether it was ours.

    Raises:
        StoreUnavailable: it could not be written.
    """

    def delete(db: Connection) -> bool:
        shown = messages.mark_deleted(db, message_id)
        job_id = jobs.shown_by(db, message_id)
        if job_id is not None:
            jobs.never_show(db, job_id, "withdrawn")
        return shown

    return await store.write(delete)


async def shown_in(store: Store, channel_id: int) -> list[int]:
    """The messages that show pieces in a channel, of which none is there any more when it is gone.

    Raises:
        StoreUnavailable: it could not be read.
    """
    return await store.read(lambda db: messages.in_channel(db, channel_id))


async def recent_messages(store: Store, since: float) -> list[Known]:
    """The messages of jobs asked at `since` (Unix seconds) or later: a comparison with Discord's begins.

    From here on every event is remembered, so that `reconcile` knows which of what it is told is out of date.
    Begin when the gateway is ready, that is, when every later change will come as an event.

    Raises:
        StoreUnavailable: it could not be read.
    """

    def begin(db: Connection) -> list[Known]:
        reactions.forget_changes(db)
        return [Known(*row) for row in reactions.counts_since(db, since)]

    return await store.write(begin)


async def reconcile(
    store: Store, message_id: int, seen: Mapping[str, Collection[int]], now: float
) -> tuple[int, int]:
    """Make the record of a message equal to `seen`, Discord's since `recent_messages`; the bot itself is left out.

    `seen` has the members by emoji. An emoji that it does not name changes nothing: it could not be fetched. What
    an event spoke of meanwhile stays as that event left it. How many reactions were added, and how many removed.

    Raises:
        StoreUnavailable: it could not be written.
    """

    def compare(db: Connection) -> tuple[int, int]:
        known = {(each.member_id, each.emoji) for each in reactions.on_message(db, message_id)}
        there = {(member_id, emoji) for emoji, members in seen.items() for member_id in members}
        news = reactions.changes(db, message_id)

        def is_old(member_id: int, emoji: str) -> bool:
            return news.isdisjoint(
                {
                    (member_id, emoji),
                    (reactions.EVERYBODY, emoji),
                    (reactions.EVERYBODY, reactions.EVERY_EMOJI),
                }
            )

        missed = [pair for pair in sorted(there - known) if is_old(*pair)]
        gone = [pair for pair in sorted(known - there) if pair[1] in seen and is_old(*pair)]
        added = sum(reactions.add(db, Reaction(message_id, *pair, now)) for pair in missed)
        removed = sum(reactions.remove(db, message_id, *pair) for pair in gone)
        return added, removed

    return await store.write(compare)
