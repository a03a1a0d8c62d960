"""From a durable job to one creation, through all that happens to the host and to us."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import pytest

from generation.host.fake import FakeEngine
from generation.queue import Admission
from generation.wire.errors import Full, UnknownJob
from generation.wire.events import Artifact, Done, Failed, Queued, Started
from studio import ask, deliver
from studio.deliver import Crowded, Growing, HostAway, Made, Pace, Waiting, Working, follow
from studio.deliver.follow import TOKEN_LIFE_S
from studio.store import Store
from tests.generation.stand import stand
from tests.studio.deliver.followed import SHORT, SOON, all_of, clock
from tests.studio.deliver.hosts import MADE, TEXT, HostProcess, ToldHost, host_process, nobody, told
from tests.studio.made import BOB, BRIEF, NOW, NOWHERE, a_job, make

if TYPE_CHECKING:
    from generation.wire.client import GenerationClient
    from studio.deliver import Update
    from studio.store.records import JobRecord


async def test_a_job_becomes_one_creation_and_the_host_may_forget_it(store: Store) -> None:
    record = await a_job(store, brief=SHORT, parent="0")
    async with host_process(tokens_per_s=200) as (_, generation):
        updates = await all_of(store, generation, record)
        with pytest.raises(UnknownJob):
            [event async for event in generation.events(record.id)]
    kinds = [type(update) for update in updates]
    assert set(kinds) <= {Waiting, Working, Growing, Made}
    assert Working in kinds
    assert Growing in kinds
    assert kinds.count(Made) == 1
    assert isinstance(updates[-1], Made)
    creation = updates[-1].creation
    assert creation == await deliver.creation(store, record.id)
    assert (creation.model, creation.adapter, creation.seed, creation.parent) == ("fake", None, 7, "0")
    assert creation.usage["output_tokens"] == len(creation.text.split())
    assert BRIEF.theme in creation.prompt
    grown = [update.text for update in updates if isinstance(update, Growing)]
    assert all(creation.text.startswith(text) for text in grown)
    after = await deliver.asked(store, record.id)
    assert after is not None
    assert (after.outcome, after.started_at) == ("made", NOW + 1)


@pytest.mark.slow
async def test_a_host_that_is_killed_in_the_middle_is_given_the_job_again(store: Store) -> None:
    record = await a_job(store, brief=SHORT)
    updates: list[Update] = []
    async with host_process(tokens_per_s=40) as (host, generation):
        reviving: asyncio.Task[str] | None = None
        async for update in follow(store, generation, record, clock, SOON):
            updates.append(update)
            if isinstance(update, Growing) and reviving is None:
                await host.kill()
                reviving = asyncio.create_task(_revive(host, updates))
        assert reviving is not None
        await reviving
    assert HostAway(NOW + 1) in updates
    assert sum(isinstance(update, Made) for update in updates) == 1
    assert isinstance(updates[-1], Made)


async def _revive(host: HostProcess, updates: list[Update]) -> str:
    while not any(isinstance(update, HostAway) for update in updates):
        await asyncio.sleep(0.01)
    return await host.start()


async def test_a_follower_that_dies_is_taken_over_by_the_next_without_beginning_anew(address: str) -> None:
    async with host_process(tokens_per_s=60) as (_, generation):
        async with await Store.open(address, NOWHERE) as first_life:
            record = await a_job(first_life, brief=SHORT)
            following = follow(first_life, generation, record, clock, SOON)
            async for update in following:
                if isinstance(update, Growing):
                    break
            await following.aclose()  # type: ignore[attr-defined]
        async with await Store.open(address, NOWHERE) as second_life:
            (left,) = await deliver.unsettled(second_life)
            updates = await all_of(second_life, generation, left)
        assert isinstance(updates[-1], Made)
        assert sum(isinstance(update, Made) for update in updates) == 1


async def test_two_who_follow_the_same_job_see_the_same_creation(store: Store) -> None:
    record = await a_job(store, brief=SHORT)
    async with host_process() as (_, generation):
        ends = await asyncio.gather(*(all_of(store, generation, record) for _ in range(3)))
    assert len({update[-1].creation.text for update in ends if isinstance(update[-1], Made)}) == 1  # type: ignore[union-attr]


async def test_a_job_that_has_ended_yields_its_ending_though_the_host_is_gone(store: Store) -> None:
    creation = await make(store, await a_job(store, "1"))
    await a_job(store, "2")
    async with told(ToldHost(Failed("engine", "The model stumbled."))) as generation:
        failed = await all_of(store, generation, (await deliver.unsettled(store))[1])
    async with nobody() as generation:
        for record in await deliver.unsettled(store):
            (ending,) = await all_of(store, generation, record)
            assert ending == (Made(creation) if record.id == "1" else failed[-1])


async def test_a_host_that_kept_a_result_whose_ack_was_lost_is_told_again(store: Store) -> None:
    record = await a_job(store)
    await make(store, record)  # committed, and then we died before the ack
    host = ToldHost()
    host.jobs[record.id] = ask.wire_job(record)
    async with told(host) as generation:
        (ending,) = await all_of(store, generation, record)
    assert isinstance(ending, Made)
    assert host.acked == [record.id]
    assert host.submitted == 0


async def test_the_creation_is_committed_before_the_host_is_told(store: Store) -> None:
    record = await a_job(store)
    host = ToldHost()
    async with told(host) as generation:
        following = follow(store, generation, record, clock, SOON)
        async for update in following:
            if isinstance(update, Made):
                assert await deliver.creation(store, record.id) == update.creation
                assert host.acked == [record.id]
    assert (await deliver.creation(store, record.id)).text == TEXT  # type: ignore[union-attr]


async def test_a_full_host_is_asked_again_and_the_member_is_told(store: Store) -> None:
    record = await a_job(store)
    refusals = [Full(30.0), Full(20.0, "member")]
    async with told(ToldHost(Queued(3, 9.0), *MADE, refusals=refusals)) as generation:
        updates = await all_of(store, generation, record)
    assert updates[:3] == [Crowded(30.0, "host"), Crowded(20.0, "member"), Waiting(3, 9.0)]
    assert isinstance(updates[-1], Made)


async def test_jobs_beyond_a_members_cap_wait_outside_and_are_all_made_by_the_next_host(store: Store) -> None:
    """As after a crash of the host: each is offered again, and the caps make them wait, not fail."""
    records = [await a_job(store, str(n)) for n in range(1, 9)]
    seen: list[Update] = []

    async def ended(generation: GenerationClient, record: JobRecord) -> Update:
        updates = [update async for update in follow(store, generation, record, clock, SOON)]
        seen.extend(updates)
        return updates[-1]

    async with stand(FakeEngine(tokens_per_s=20.0), admission=Admission(per_member=2)) as first:
        following = [asyncio.create_task(ended(first.client, record)) for record in records]
        while first.host.stats()["waiting"] < 2:
            await asyncio.sleep(0.01)
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
    async with stand(FakeEngine(tokens_per_s=1000.0), admission=Admission(per_member=1)) as second:
        endings = await asyncio.gather(*(ended(second.client, record) for record in records))
    assert all(isinstance(ending, Made) for ending in endings)
    assert "member" in {update.limit for update in seen if isinstance(update, Crowded)}


def test_a_host_without_room_is_asked_again_when_it_said_and_not_all_the_time() -> None:
    pace = Pace(first=0.25, longest=5.0, crowded=15.0)
    assert 6.0 <= pace.until_room(8.0, 1) <= 8.0
    assert 11.25 <= pace.until_room(3600.0, 1) <= 15.0
    assert 2.5 <= pace.until_room(1.0, 10) <= 5.0


async def test_a_host_that_is_not_there_is_said_to_be_away_since_when(store: Store) -> None:
    record = await a_job(store)
    times = iter(range(100))
    async with nobody() as generation:
        following = follow(store, generation, record, lambda: NOW + next(times), SOON)
        said = [await anext(following) for _ in range(3)]
        await following.aclose()  # type: ignore[attr-defined]
    assert isinstance(said[0], HostAway)
    assert said == [said[0]] * 3
    assert len(await deliver.unsettled(store)) == 1


async def test_text_that_is_not_quite_text_is_kept_as_far_as_it_is(store: Store) -> None:
    record = await a_job(store)
    data = "\N{BELL}秋\0🍁".encode() + b"\xff"
    digest = hashlib.sha256(data).hexdigest()
    host = ToldHost(Started(), Artifact(0, "text/plain", digest), Done({}, 7, "tiny", None), text=data)
    async with told(host) as generation:
        *_, ending = await all_of(store, generation, record)
    assert isinstance(ending, Made)
    assert ending.creation.text == "\N{BELL}秋\N{REPLACEMENT CHARACTER}🍁\N{REPLACEMENT CHARACTER}"


async def test_a_note_of_the_hosts_is_kept_with_the_piece(store: Store) -> None:
    record = await a_job(store)
    form = {"kept": False, "reasons": ["Line 2 has 8 syllables, not 7."]}
    meta = {"stopped": "end", "note": "Its adapter cannot be used.", "form": form}
    digest = hashlib.sha256(b"text").hexdigest()
    host = ToldHost(
        Started(), Artifact(0, "text/plain", digest, meta), Done({}, 7, "tiny", None), text=b"text"
    )
    async with told(host) as generation:
        await all_of(store, generation, record)
    kept = await deliver.creation(store, record.id)
    assert kept is not None
    assert kept.note == "Its adapter cannot be used."
    assert (kept.kept, kept.reasons) == (False, ("Line 2 has 8 syllables, not 7.",))


async def test_the_interactions_token_is_forgotten_when_it_has_expired(store: Store) -> None:
    record = await a_job(store)
    await a_job(store, "2", member_id=BOB)
    async with told(ToldHost()) as generation:
        await all_of(store, generation, record, now=lambda: NOW + TOKEN_LIFE_S)
    kept = await deliver.asked(store, "1")
    other = await deliver.asked(store, "2")
    assert kept is not None
    assert other is not None
    assert (kept.interaction_token, other.interaction_token) == ("", "a-secret")
