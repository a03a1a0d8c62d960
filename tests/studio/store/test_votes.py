"""Reactions beside their pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio import react
from studio.store import creations, flags, jobs, messages, votes
from studio.store.records import Delivered
from studio.store.taste_records import Flag
from tests.studio.made import ADA, BOB, BOT, BRIEF, NOW, a_job, make

if TYPE_CHECKING:
    from studio.store import Store


async def a_shown_piece(store: Store, job_id: str, *message_ids: int, guild_id: int = 1) -> None:
    await make(store, await a_job(store, job_id, guild_id=guild_id), f"text {job_id}")
    for part, message_id in enumerate(message_ids):
        shown = Delivered(job_id, part, 2, message_id)
        await store.write(lambda db, shown=shown: messages.add(db, shown))  # type: ignore[misc]


async def test_reactions_are_found_with_the_piece_they_are_on_whichever_message_shows_it(
    store: Store,
) -> None:
    await a_shown_piece(store, "1", 101, 102)
    await a_shown_piece(store, "2", 201)
    await a_shown_piece(store, "3", 301, guild_id=2)
    for at, (message, member, emoji) in enumerate(
        [(102, BOB, "👍"), (201, BOB, "👎"), (101, ADA, "👍"), (301, ADA, "👍")]
    ):
        await react.added(store, message, member, emoji, NOW + at, own_id=BOT)
    found = await store.read(lambda db: votes.reacted(db, 1, "verse"))
    assert found == [
        votes.Reacted("1", BOB, "👍", NOW), votes.Reacted("2", BOB, "👎", NOW + 1), votes.Reacted("1", ADA, "👍", NOW + 2),
    ]  # fmt: skip
    assert await store.read(lambda db: votes.reacted(db, 1, "story")) == []
    assert [each.creation_id for each in await store.read(lambda db: votes.of_member(db, ADA))] == ["1", "3"]
    await react.message_deleted(store, 102)
    assert len(await store.read(lambda db: votes.reacted(db, 1, "verse"))) == 2


async def test_pieces_that_somebody_spoke_of_come_with_who_asked_and_what_for(store: Store) -> None:
    for n in (1, 2, 3):
        await a_shown_piece(store, str(n), 100 + n)
    await react.added(store, 101, BOB, "👍", NOW, own_id=BOT)
    await store.write(lambda db: flags.add(db, Flag("3", BOB, "report", NOW)))
    one, other = await store.read(lambda db: votes.pieces(db, 1, "verse"))
    assert one == votes.Piece("1", ADA, "haiku", BRIEF, "text 1", NOW + 1, None)
    assert other.creation_id == "3"


async def test_a_member_is_known_since_they_first_asked_or_reacted(store: Store) -> None:
    await a_shown_piece(store, "1", 101)
    await react.added(store, 101, BOB, "👍", NOW + 50, own_id=BOT)
    await react.added(store, 101, ADA, "👍", NOW + 60, own_id=BOT)
    assert await store.read(lambda db: votes.first_seen(db, 1)) == {ADA: NOW, BOB: NOW + 50}


async def test_pieces_are_known_by_whom_they_go_back_to_and_whether_they_are_there(store: Store) -> None:
    await a_shown_piece(store, "1", 101)
    await make(store, await a_job(store, "2", member_id=BOB, parent="1"))
    assert await store.read(lambda db: jobs.parents(db, 1, "verse")) == {"1": (ADA, None), "2": (BOB, "1")}
    many = {str(n) for n in range(2 * creations.AT_ONCE)}
    assert await store.read(lambda db: creations.existing(db, many)) == {"1", "2"}
