"""What Discord was told: posted once, settled once, and never again what was taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from studio import ask, deliver, react
from studio.errors import Refusal
from tests.studio.deliver.hosts import nobody
from tests.studio.made import ADA, BOB, BOT, MOD, NOW, a_job, make

if TYPE_CHECKING:
    from studio.store import Store


async def test_a_part_is_remembered_once_with_its_first_message(store: Store) -> None:
    await a_job(store)
    await deliver.posted(store, "1", 0, 2, 500)
    await deliver.posted(store, "1", 0, 2, 500)
    await deliver.posted(store, "1", 1, 2, 501)
    await deliver.posted(store, "1", 1, 2, 999)
    assert await deliver.posted_parts(store, "1") == {0: 500, 1: 501}


async def test_a_message_of_a_job_that_is_gone_is_not_remembered(store: Store) -> None:
    await deliver.posted(store, "404", 0, 2, 500)
    assert await deliver.posted_parts(store, "404") == {}


async def test_a_settled_job_owes_nothing_and_forgets_its_token(store: Store) -> None:
    await make(store, await a_job(store))
    await deliver.settled(store, "1", NOW + 9)
    await deliver.settled(store, "1", NOW + 99)
    record = await deliver.asked(store, "1")
    assert record is not None
    assert (record.settled_at, record.interaction_token, record.outcome) == (NOW + 9, "", "made")
    assert await deliver.unsettled(store) == []


async def test_what_is_owed_is_taken_up_in_the_order_it_was_asked(store: Store) -> None:
    for n in (3, 1, 2):
        await a_job(store, str(n), asked_at=NOW + n)
    await make(store, (await deliver.unsettled(store))[1])  # made and not shown: still owed
    assert [record.id for record in await deliver.unsettled(store)] == ["1", "2", "3"]


async def test_a_member_is_told_once_that_a_long_wait_is_over(store: Store) -> None:
    assert not (await a_job(store)).notified
    await deliver.notified(store, "1")
    (record,) = await deliver.unsettled(store)
    assert record.notified


async def test_an_undeliverable_job_says_why_and_is_not_taken_up_again(store: Store) -> None:
    await make(store, await a_job(store))
    await deliver.undeliverable(store, "1", "The channel is gone.")
    record = await deliver.asked(store, "1")
    assert record is not None
    assert (record.outcome, record.sentence, record.interaction_token) == (
        "undeliverable",
        "The channel is gone.",
        "",
    )
    assert await deliver.unsettled(store) == []


async def test_a_withdrawn_piece_is_not_kept_and_one_that_was_shown_is(store: Store) -> None:
    for job_id in ("1", "2"):
        await make(store, await a_job(store, job_id))
    await deliver.settled(store, "2", NOW)
    async with nobody() as generation:
        for job_id in ("1", "2", "404"):
            await deliver.withdrawn(store, job_id, generation)
    assert await deliver.creation(store, "1") is None
    assert await deliver.creation(store, "2") is not None


async def test_a_deleted_piece_takes_all_that_hangs_on_it_along(store: Store) -> None:
    await make(store, await a_job(store))
    await ask.acknowledged(store, "1", 500, NOW)
    await react.added(store, 500, BOB, "👍", NOW, own_id=BOT)
    await deliver.delete_creation(store, "1", by_member=MOD, is_moderator=True)
    assert await deliver.asked(store, "1") is None
    assert await deliver.creation(store, "1") is None
    assert await deliver.posted_parts(store, "1") == {}
    assert not await react.added(store, 500, BOB, "👎", NOW, own_id=BOT)


async def test_only_its_owner_and_moderators_may_delete_a_piece_and_only_when_it_is_finished(
    store: Store,
) -> None:
    record = await a_job(store)
    with pytest.raises(Refusal, match="cancel it instead"):
        await deliver.delete_creation(store, "1", by_member=ADA, is_moderator=False)
    await make(store, record)
    with pytest.raises(Refusal, match="Only the member"):
        await deliver.delete_creation(store, "1", by_member=BOB, is_moderator=False)
    await deliver.delete_creation(store, "1", by_member=ADA, is_moderator=False)
    with pytest.raises(Refusal, match="no longer know"):
        await deliver.delete_creation(store, "1", by_member=ADA, is_moderator=False)
