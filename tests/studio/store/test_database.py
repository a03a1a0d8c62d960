"""The open database: shared commits, and a disk or a lock that says no."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, text

from studio import ask, deliver
from studio.errors import StoreUnavailable
from studio.store import Store
from tests.studio.made import ADA, NOWHERE, a_job, a_request

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

NO_LIMITS = ask.Limits(per_member=100_000, per_guild=100_000)


async def test_writes_that_wait_share_a_commit(store: Store) -> None:
    commits: list[None] = []
    event.listen(store._engine.sync_engine, "commit", lambda _connection: commits.append(None))
    asked = await asyncio.gather(*(ask.ask(store, a_request(str(n)), NO_LIMITS) for n in range(50)))
    assert all(each.fresh for each in asked)
    assert len(commits) < 10


async def test_a_write_that_fails_does_not_take_its_neighbours_along(store: Store) -> None:
    def broken(db: Connection) -> None:
        db.execute(text("DELETE FROM guild_settings"))
        raise ZeroDivisionError

    results = await asyncio.gather(
        ask.ask(store, a_request("1"), NO_LIMITS),
        store.write(broken),
        ask.ask(store, a_request("2"), NO_LIMITS),
        return_exceptions=True,
    )
    assert isinstance(results[1], ZeroDivisionError)
    assert [record.id for record in await deliver.unsettled(store)] == ["1", "2"]


async def test_what_asked_to_write_is_written_before_the_store_closes(address: str) -> None:
    store = await Store.open(address, NOWHERE)
    asking = asyncio.create_task(a_job(store))
    await asyncio.sleep(0)
    await store.close()
    assert (await asking).id == "1"
    with pytest.raises(StoreUnavailable, match="closed"):
        await a_job(store, "2")


async def test_a_locked_database_is_unavailable_and_then_works_again(tmp_path: Path) -> None:
    path = tmp_path / "renga.db"
    async with await Store.open(f"sqlite:///{path}", NOWHERE) as store:
        await a_job(store, "1")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            beats = asyncio.create_task(_beats())
            with pytest.raises(StoreUnavailable, match="locked"):
                await a_job(store, "2")
            assert await _stop(beats) > 50, "the loop was blocked while the lock was waited for"
            assert (await deliver.asked(store, "1")) is not None  # reading goes on
            other.execute("ROLLBACK")
        await a_job(store, "3")
        assert [record.id for record in await deliver.unsettled(store)] == ["1", "3"]


async def test_a_write_behind_one_that_waits_for_the_lock_is_told_within_discords_three_seconds(
    tmp_path: Path,
) -> None:
    path = tmp_path / "renga.db"
    async with await Store.open(f"sqlite:///{path}", NOWHERE) as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            ahead = asyncio.create_task(a_job(store, "1"))
            await asyncio.sleep(0.05)
            async with asyncio.timeout(2.7):
                with pytest.raises(StoreUnavailable, match="locked"):
                    await a_job(store, "2")
            with pytest.raises(StoreUnavailable, match="locked"):
                await ahead


async def _beats() -> int:
    beats = 0
    try:
        while True:
            await asyncio.sleep(0.01)
            beats += 1
    except asyncio.CancelledError:
        return beats


async def _stop(beats: asyncio.Task[int]) -> int:
    beats.cancel()
    return await beats


async def test_a_lock_that_is_let_go_in_time_is_not_noticed(tmp_path: Path) -> None:
    path = tmp_path / "renga.db"
    async with await Store.open(f"sqlite:///{path}", NOWHERE) as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            asking = asyncio.create_task(a_job(store))
            await asyncio.sleep(0.2)
            assert not asking.done()
            other.execute("ROLLBACK")
        assert (await asking).id == "1"


FILLS_THE_DISK = """
import asyncio, resource, signal, sys
from studio.errors import StoreUnavailable
from studio.store import Store
from studio import deliver
from tests.studio.made import NOWHERE, a_job

async def main(address):
    async with await Store.open(address, NOWHERE) as store:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))
        kept = []
        try:
            for n in range(2000):
                await a_job(store, str(n), member_id=n, guild_id=n)
                kept.append(str(n))
        except StoreUnavailable as error:
            print(len(kept), error)
        there = {record.id for record in await deliver.unsettled(store)}
        assert there == set(kept), there ^ set(kept)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await a_job(store, "after")

asyncio.run(main(sys.argv[1]))
"""


def test_a_full_disk_is_unavailable_loses_nothing_and_then_works_again(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILLS_THE_DISK, f"sqlite:///{tmp_path / 'renga.db'}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    kept, sentence = done.stdout.split(" ", 1)
    assert int(kept) > 10
    assert sentence.startswith("The database cannot be used just now: ")


DIES = """
import asyncio, os, signal, sys
from studio.store import Store
from tests.studio.made import NOWHERE, a_job

async def main(address):
    store = await Store.open(address, NOWHERE)
    await a_job(store)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main(sys.argv[1]))
"""


async def test_what_was_asked_is_there_after_a_kill(address: str) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", DIES, address)
    assert await process.wait() == -signal.SIGKILL
    async with await Store.open(address, NOWHERE) as store:
        (record,) = await deliver.unsettled(store)
        assert (record.id, record.member_id, record.interaction_token) == ("1", ADA, "a-secret")


async def test_sqlite_is_opened_for_a_power_cut(tmp_path: Path) -> None:
    async with await Store.open(f"sqlite:///{tmp_path / 'renga.db'}", NOWHERE) as store:
        found = [
            await store.read(lambda db, name=name: db.execute(text(f"PRAGMA {name}")).scalar_one())  # type: ignore[misc]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", 2, 1]


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
async def test_a_connection_that_is_cut_is_unavailable_and_then_works_again(store: Store) -> None:
    await a_job(store, "1")

    def cut(db: Connection) -> None:
        db.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(StoreUnavailable):
        await store.write(cut)
    await a_job(store, "2")
    assert [record.id for record in await deliver.unsettled(store)] == ["1", "2"]
