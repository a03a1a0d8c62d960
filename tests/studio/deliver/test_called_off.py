"""Jobs that are cancelled, withdrawn or deleted: called off wherever they are, and nothing of them is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from generation.wire.errors import Full, UnknownJob
from generation.wire.events import Cancelled
from studio import ask, deliver
from studio.deliver import CalledOff, Crowded, Growing, HostAway, Waiting, Working, follow
from studio.errors import Refusal
from tests.studio.deliver.followed import SOON, all_of, clock
from tests.studio.deliver.hosts import ToldHost, host_process, nobody, told
from tests.studio.made import ADA, BOB, MOD, a_job, make

if TYPE_CHECKING:
    from studio.deliver import Update
    from studio.store import Store


async def test_a_job_that_is_cancelled_while_there_is_no_room_is_not_offered_again(store: Store) -> None:
    record = await a_job(store)
    host = ToldHost(refusals=[Full(30.0)])
    async with told(host) as generation:
        following = follow(store, generation, record, clock, SOON)
        assert await anext(following) == Crowded(30.0, "host")
        await deliver.cancel(store, generation, record.id, by_member=ADA, is_moderator=False)
        assert [update async for update in following] == [CalledOff()]
    assert host.submitted == 1


@pytest.mark.parametrize("phase", [Waiting, Growing])
async def test_a_cancelled_job_is_called_off_and_makes_nothing(store: Store, phase: type) -> None:
    record = await a_job(store)
    updates: list[Update] = []
    async with host_process(tokens_per_s=30) as (_, generation):
        if phase is Waiting:
            for n in range(8):  # more than it does at a time
                await generation.put(replace(ask.wire_job(record), id=f"other-{n}"))
        async for update in follow(store, generation, record, clock, SOON):
            if isinstance(update, phase) and not any(isinstance(each, phase) for each in updates):
                await deliver.cancel(store, generation, record.id, by_member=ADA, is_moderator=False)
            updates.append(update)
        with pytest.raises(UnknownJob):
            [event async for event in generation.events(record.id)]
    assert any(isinstance(each, phase) for each in updates)
    assert updates[-1] == CalledOff()
    assert await deliver.creation(store, record.id) is None


async def test_a_job_can_be_cancelled_while_the_host_is_away(store: Store) -> None:
    record = await a_job(store)
    async with nobody() as generation:
        async for update in follow(store, generation, record, clock, SOON):
            if isinstance(update, HostAway):
                await deliver.cancel(store, generation, record.id, by_member=MOD, is_moderator=True)
        assert update == CalledOff()


async def test_a_cancelled_job_stays_cancelled_though_the_host_had_made_it(store: Store) -> None:
    record = await a_job(store)
    host = ToldHost()
    async with told(host) as generation:
        updates = []
        async for update in follow(store, generation, record, clock, SOON):
            if isinstance(update, Working):
                await deliver.cancel(store, generation, record.id, by_member=ADA, is_moderator=False)
            updates.append(update)
    assert updates[-1] == CalledOff()
    assert await deliver.creation(store, record.id) is None
    assert host.acked == [record.id]


async def test_a_host_that_calls_off_by_itself_ends_the_job(store: Store) -> None:
    record = await a_job(store)
    async with told(ToldHost(Cancelled())) as generation:
        assert await all_of(store, generation, record) == [CalledOff()]


async def test_a_withdrawn_job_stops_the_host_and_keeps_nothing(store: Store) -> None:
    record = await a_job(store)
    async with host_process(tokens_per_s=20) as (_, generation):
        async for update in follow(store, generation, record, clock, SOON):
            if isinstance(update, Growing):
                await deliver.withdrawn(store, record.id, generation)
        assert update == CalledOff()
        stats = await generation.stats()
    assert (stats["running"], stats["results"]) == (0, 0)
    assert await deliver.unsettled(store) == []


async def test_a_deleted_job_is_called_off(store: Store) -> None:
    record = await a_job(store)
    await ask.not_acknowledged(store, record.id)
    async with nobody() as generation:
        assert await all_of(store, generation, record) == [CalledOff()]


async def test_only_the_requester_and_moderators_may_cancel_and_only_what_is_not_over(store: Store) -> None:
    record = await a_job(store)
    async with nobody() as generation:
        with pytest.raises(Refusal, match="Only the member"):
            await deliver.cancel(store, generation, record.id, by_member=BOB, is_moderator=False)
        with pytest.raises(Refusal, match="no longer know"):
            await deliver.cancel(store, generation, "404", by_member=BOB, is_moderator=True)
        await make(store, record)
        with pytest.raises(Refusal, match="too late"):
            await deliver.cancel(store, generation, record.id, by_member=ADA, is_moderator=False)
