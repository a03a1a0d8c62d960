"""Jobs that fail, and results that nearly do: a sentence for the member, a reference where somebody should look."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from generation.wire.errors import Conflict, Refused
from generation.wire.events import Artifact, Done, Failed, Preview, Queued, Started
from studio import deliver
from studio.deliver import HostAway, Made, NotMade, Working, follow
from studio.deliver.follow import MOST_DEATHS
from studio.errors import StoreUnavailable
from studio.store import Store
from tests.studio.deliver.followed import SOON, all_of, clock
from tests.studio.deliver.hosts import DIGEST, MADE, ToldHost, told
from tests.studio.made import NOWHERE, a_job

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", ["invalid", "too_long", "deadline", "unsafe"])
async def test_a_failure_that_explains_itself_has_a_sentence_and_no_reference(
    store: Store, kind: str
) -> None:
    record = await a_job(store)
    async with told(ToldHost(Failed(kind, "It is too long."))) as generation:  # type: ignore[arg-type]
        assert await all_of(store, generation, record) == [NotMade("It is too long.", None)]


async def test_a_failure_of_the_engine_has_a_reference_that_the_log_repeats(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    record = await a_job(store)
    async with told(ToldHost(Started(), Failed("memory", "The model ran out of memory."))) as generation:
        *_, ending = await all_of(store, generation, record)
    assert isinstance(ending, NotMade)
    assert ending.reference is not None
    assert len(ending.reference) == 8
    assert ending.reference in capsys.readouterr().out


async def test_a_refused_job_fails_with_the_hosts_sentence(store: Store) -> None:
    record = await a_job(store)
    async with told(ToldHost(refusals=[Refused("That form is not known here.")])) as generation:
        assert await all_of(store, generation, record) == [NotMade("That form is not known here.", None)]


async def test_a_host_with_another_job_of_this_id_is_a_fault_with_a_reference(store: Store) -> None:
    record = await a_job(store)
    async with told(ToldHost(refusals=[Conflict("other")])) as generation:
        (ending,) = await all_of(store, generation, record)
    assert isinstance(ending, NotMade)
    assert ending.reference


@pytest.mark.parametrize(
    "events",
    [
        (Started(), Done({}, 7, "tiny", None)),
        (Artifact(0, "image/png", DIGEST), Done({}, 7, "tiny", None)),
        (Artifact(0, "text/plain", DIGEST), Artifact(1, "text/plain", DIGEST), Done({}, 7, "tiny", None)),
    ],
)
async def test_what_is_not_one_text_is_refused_loudly(store: Store, events: tuple[object, ...]) -> None:
    record = await a_job(store)
    async with told(ToldHost(*events)) as generation:  # type: ignore[arg-type]
        *_, ending = await all_of(store, generation, record)
    assert isinstance(ending, NotMade)
    assert ending.reference


async def test_a_job_that_kills_its_host_each_time_is_given_up(store: Store) -> None:
    record = await a_job(store)
    host = ToldHost(Started(), Preview(0, "the"), refusals=[None, RuntimeError("down")] * MOST_DEATHS)
    host.forgets_after = 2
    async with told(host) as generation:
        updates = await all_of(store, generation, record)
    assert isinstance(updates[-1], NotMade)
    assert updates[-1].reference
    assert sum(isinstance(update, Working) for update in updates) == MOST_DEATHS
    assert sum(isinstance(update, HostAway) for update in updates) == MOST_DEATHS - 1


async def test_a_job_that_was_lost_while_it_waited_is_never_given_up(store: Store) -> None:
    record = await a_job(store)
    host = ToldHost(Queued(1, 1.0), refusals=[None, RuntimeError("down")] * (MOST_DEATHS + 2))
    host.forgets_after = 1
    async with told(host) as generation:
        following = follow(store, generation, record, clock, SOON)
        async for update in following:
            if len(host.refusals) == 0 and isinstance(update, HostAway):
                host.events_of_all, host.forgets_after = MADE, None
            if isinstance(update, Made):
                break
        await following.aclose()  # type: ignore[attr-defined]
    assert await deliver.creation(store, record.id) is not None


async def test_a_host_that_lost_what_it_made_makes_it_again(store: Store) -> None:
    record = await a_job(store)
    host = ToldHost()
    host.lost_artifacts = 1
    async with told(host) as generation:
        *_, ending = await all_of(store, generation, record)
    assert isinstance(ending, Made)
    assert host.acked == [record.id, record.id]


@pytest.mark.slow
async def test_a_result_that_could_not_be_written_is_kept_by_the_host_until_it_can(tmp_path: Path) -> None:
    path = tmp_path / "renga.db"
    host = ToldHost()
    async with await Store.open(f"sqlite:///{path}", NOWHERE) as store, told(host) as generation:
        record = await a_job(store)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(StoreUnavailable):
                await all_of(store, generation, record)
            other.execute("ROLLBACK")
        assert host.acked == []
        *_, ending = await all_of(store, generation, record)
        assert isinstance(ending, Made)
        assert host.acked == [record.id]
