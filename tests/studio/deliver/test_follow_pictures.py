"""From a durable picture job to one creation with its files, through what happens to the host and to the disk."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from generation.wire.errors import UnknownJob
from generation.wire.events import Done, Started
from generation.wire.jobs import PictureBrief, Spot
from studio import deliver
from studio.deliver import CalledOff, Made, NotMade, follow
from studio.errors import StoreUnavailable
from studio.pictures import capture
from tests.studio.deliver.followed import SOON, all_of, clock
from tests.studio.deliver.hosts import ToldHost, told
from tests.studio.made import ADA, a_job, a_picture_brief
from tests.studio.pictures.painted import painted

if TYPE_CHECKING:
    from collections.abc import Callable

    from generation.wire.jobs import Job
    from studio.store import Store

BRIEF = a_picture_brief()
DONE = Done({"output_tokens": 400.0}, 7, "tiny", None)


class PaintingHost(ToldHost):
    """Says that it made the brief's pictures, and has their bytes."""

    def __init__(self, brief: PictureBrief, *, leaves_out: int = 0, says: bytes | None = None) -> None:
        self.data, artifacts = painted(brief, 7)
        self.by_digest = {
            artifact.digest: says or each for artifact, each in zip(artifacts, self.data, strict=True)
        }
        super().__init__(Started(), *artifacts[leaves_out:], DONE)
        self.asked: Job | None = None

    def submit(self, job: Job) -> bool:
        self.asked = job
        return super().submit(job)

    def artifact(self, digest: str) -> tuple[str, bytes]:
        if self.lost_artifacts:
            self.lost_artifacts -= 1
            raise UnknownJob(digest)
        return "image/png", self.by_digest[digest]


@pytest.mark.parametrize(
    "brief",
    [
        BRIEF,
        replace(BRIEF, move="vary", count=2),
        PictureBrief("mix", (BRIEF.spots[0], Spot("an owl")), 9),
        PictureBrief("morph", (BRIEF.spots[0], Spot("an owl"))),
    ],
)
async def test_a_picture_job_becomes_one_creation_whose_bytes_are_on_disk(
    store: Store, brief: PictureBrief
) -> None:
    record = await a_job(store, brief=brief, parent="0", spoiler=True)
    assert (record.kind, record.spoiler) == ("picture", True)
    host = PaintingHost(brief)
    async with told(host) as generation:
        updates = await all_of(store, generation, record)
    assert isinstance(updates[-1], Made)
    creation = updates[-1].creation
    assert creation == await deliver.creation(store, record.id)
    assert (creation.brief, creation.form, creation.parent, creation.text) == (brief, brief.move, "0", "")
    kept = [await store.pictures.read(picture.digest, picture.mime) for picture in creation.pictures]
    assert kept == host.data
    assert host.acked == [record.id]
    assert host.asked is not None
    assert (host.asked.kind, host.asked.brief, host.asked.picture) == ("picture", None, brief)
    (again,) = await deliver.unsettled(store)
    assert again.brief == brief


async def test_the_files_are_there_before_the_host_is_told_to_forget(store: Store) -> None:
    record = await a_job(store, brief=BRIEF)
    host = PaintingHost(BRIEF)
    async with told(host) as generation:
        following = follow(store, generation, record, clock, SOON)
        async for _ in following:
            if await deliver.creation(store, record.id) is None:
                assert host.acked == []
                assert await store.pictures.digests() == set()
    assert len(await store.pictures.digests()) == 4


async def test_a_host_that_lost_what_it_made_makes_it_again(store: Store) -> None:
    record = await a_job(store, brief=BRIEF)
    host = PaintingHost(BRIEF)
    host.lost_artifacts = 1
    async with told(host) as generation:
        updates = await all_of(store, generation, record)
    assert isinstance(updates[-1], Made)
    assert host.submitted == 2


async def test_other_pictures_than_were_asked_for_are_a_fault_with_a_reference(store: Store) -> None:
    record = await a_job(store, brief=BRIEF)
    async with told(PaintingHost(BRIEF, leaves_out=1)) as generation:
        updates = await all_of(store, generation, record)
    assert isinstance(updates[-1], NotMade)
    assert updates[-1].reference
    assert await store.pictures.digests() == set()


async def test_a_disk_that_is_full_leaves_the_result_with_the_host_until_it_is_not(store: Store) -> None:
    record = await a_job(store, brief=BRIEF)
    host = PaintingHost(BRIEF)
    store.pictures.folder.write_text("in the way")
    async with told(host) as generation:
        with pytest.raises(StoreUnavailable):
            await all_of(store, generation, record)
        assert host.acked == []
        assert await deliver.creation(store, record.id) is None
        store.pictures.folder.unlink()
        updates = await all_of(store, generation, record)
    assert isinstance(updates[-1], Made)


async def test_what_was_cancelled_while_it_was_fetched_leaves_no_file(store: Store) -> None:
    record = await a_job(store, brief=BRIEF)
    host = PaintingHost(BRIEF)
    async with told(host) as generation:
        following = follow(store, generation, record, clock, SOON)
        await anext(following)
        await deliver.cancel(store, generation, record.id, by_member=ADA, is_moderator=False)
        async for _ in following:
            pass
    assert await deliver.creation(store, record.id) is None
    assert await store.pictures.digests() == set()


async def test_what_was_cancelled_while_its_files_were_written_leaves_none(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = await a_job(store, brief=BRIEF)
    keep, writing, go_on = store.pictures.keep, asyncio.Event(), asyncio.Event()

    async def slowly(digest: str, mime: str, data: bytes) -> None:
        await keep(digest, mime, data)
        writing.set()
        await go_on.wait()

    monkeypatch.setattr(store.pictures, "keep", slowly)
    async with told(PaintingHost(BRIEF)) as generation:
        following = asyncio.create_task(all_of(store, generation, record))
        await writing.wait()
        await deliver.withdrawn(store, record.id, generation)
        following.cancel()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await following
    assert await store.pictures.digests() == set()


async def test_what_was_cancelled_after_its_commit_had_failed_leaves_no_file(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = await a_job(store, brief=BRIEF)

    async def full(_: object) -> None:
        raise StoreUnavailable("The database is full.")

    async with told(PaintingHost(BRIEF)) as generation:
        with monkeypatch.context() as away:
            away.setattr(store, "write", full)
            with pytest.raises(StoreUnavailable):
                await all_of(store, generation, record)
        assert len(await store.pictures.digests()) == 4
        await deliver.cancel(store, generation, record.id, by_member=ADA, is_moderator=False)
        assert await all_of(store, generation, record) == [CalledOff()]
    assert await store.pictures.digests() == set()


async def test_a_hosts_pictures_are_decoded_and_their_files_read_beside_the_event_loop(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = await a_job(store, brief=BRIEF)
    check, sha256, threads = capture.check, hashlib.sha256, []

    def noting(act: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*given: Any) -> Any:
            threads.append(threading.current_thread())
            return act(*given)

        return noted

    monkeypatch.setattr("studio.pictures.capture.check", noting(check))
    async with told(PaintingHost(BRIEF)) as generation:
        updates = await all_of(store, generation, record)
    assert isinstance(updates[-1], Made)
    monkeypatch.setattr("studio.pictures.files.hashlib.sha256", noting(sha256))
    await store.pictures.read(updates[-1].creation.digest, "image/png")
    assert len(threads) == 5
    assert threading.main_thread() not in threads


async def test_a_withdrawn_creation_leaves_no_file(store: Store) -> None:
    record = await a_job(store, brief=BRIEF)
    host = PaintingHost(BRIEF)
    async with told(host) as generation:
        await all_of(store, generation, record)
        assert len(await store.pictures.digests()) == 4
        await deliver.withdrawn(store, record.id, generation)
    assert await store.pictures.digests() == set()


async def test_a_picked_message_counts_reactions_beside_the_first(store: Store) -> None:
    from studio import react

    record = await a_job(store, brief=BRIEF)
    async with told(PaintingHost(BRIEF)) as generation:
        await all_of(store, generation, record)
    await deliver.posted(store, record.id, 0, 2, 100)
    for picture, message_id in ((2, 101), (2, 102), (0, 103)):
        for _ in range(2):
            await deliver.picked(store, record.id, picture, 2, message_id)
    assert await deliver.posted_parts(store, record.id) == {0: 100, 1: 101, 2: 102, 3: 103}
    assert await react.added(store, 102, ADA, "👍", 5.0, own_id=99)
