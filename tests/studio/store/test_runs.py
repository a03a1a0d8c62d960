"""Runs as rows: one at a time for each guild and kind, and the first ending stands."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from studio.store import runs
from studio.store.taste_records import FORGOTTEN
from tests.studio.made import MOD
from tests.studio.store.rows import S1, A, a_run

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from studio.store import Store


async def test_of_two_asked_at_once_one_is_refused_and_other_kinds_are_not(store: Store) -> None:
    asked = await asyncio.gather(
        *(store.write(lambda db, n=n: runs.ask(db, a_run(f"r{n}"))) for n in range(4))  # type: ignore[misc]
    )
    assert sum(asked) == 1
    assert await store.write(lambda db: runs.ask(db, a_run("story", kind="story")))
    assert await store.write(lambda db: runs.ask(db, a_run("other", guild_id=2)))
    assert len(await store.read(runs.going_on)) == 3
    assert len(await store.read(lambda db: runs.going_on(db, 1, "verse"))) == 1


async def test_a_run_goes_from_asked_to_its_first_ending(store: Store) -> None:
    def work(db: Connection) -> None:
        assert runs.ask(db, a_run())
        for _ in range(2):
            assert runs.began(db, "r1", S1)
        runs.let_go(db, "r1")
        runs.shown(db, "r1", 2, 77)
        assert runs.progress(db, "r1", 3, 10)
        assert runs.end(db, "r1", "done", 9.0, "Learnt.", A)
        assert not runs.end(db, "r1", "cancelled", 10.0)
        assert not runs.progress(db, "r1", 4, 10)
        expected = a_run(
            state="done", ended_at=9.0, step=3, steps=10, sentence="Learnt.", snapshot=S1, result=A, channel_id=2,
            message_id=77, begun=1,
        )  # fmt: skip
        assert runs.get(db, "r1") == expected
        assert runs.ask(db, a_run("r2", asked_at=2e9)), "the next one may begin"
        assert [run.id for run in runs.of_guild(db, 1)] == ["r2", "r1"]
        assert runs.forget(db, MOD) == 2
        assert {run.asked_by for run in runs.of_guild(db, 1)} == {FORGOTTEN}

    await store.write(work)
