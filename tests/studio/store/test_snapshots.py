"""Snapshots as rows: what is in one, and what a purge leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.store import snapshots
from tests.studio.made import ADA, BOB
from tests.studio.store.rows import S1, S2, a_snapshot_row

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from studio.store import Store


async def test_a_snapshot_is_found_by_the_member_and_the_piece_that_are_in_it(store: Store) -> None:
    def work(db: Connection) -> None:
        snapshots.add(db, a_snapshot_row(), {"e1": "c1", "e2": "c2"}, {ADA, BOB})
        snapshots.add(db, a_snapshot_row(), {"e9": "c9"}, {5})  # it is there
        snapshots.add(db, a_snapshot_row(S2, kind="story", made_at=5.0), {}, ())
        assert snapshots.with_member(db, ADA) == [S1]
        assert snapshots.with_member(db, 5) == []
        assert snapshots.with_creation(db, "c2") == [S1]
        assert [row.digest for row in snapshots.of_guild(db, 1)] == [S1, S2]
        assert snapshots.of_guild(db, 1, "story")[0].digest == S2

    await store.write(work)


async def test_a_purge_leaves_that_it_was_and_its_counts(store: Store) -> None:
    def work(db: Connection) -> None:
        snapshots.add(db, a_snapshot_row(), {"e1": "c1"}, {ADA})
        snapshots.purge(db, [S1], 9.0)
        assert snapshots.with_member(db, ADA) == []
        assert snapshots.with_creation(db, "c1") == []
        assert snapshots.get(db, S1) == a_snapshot_row(salt="", purged_at=9.0)
        assert snapshots.purged(db) == [S1]
        snapshots.add(db, a_snapshot_row(S2), {"e1": "c1"}, {ADA})
        snapshots.remove(db, S2)
        assert snapshots.get(db, S2) is None
        assert snapshots.with_member(db, ADA) == []

    await store.write(work)


def test_a_snapshot_does_not_show_its_salt() -> None:
    assert "5a17" not in repr(a_snapshot_row())
