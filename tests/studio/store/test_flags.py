"""Flags and reports: which are in force, which wait for a moderator, and what is left when their author is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.store import flags
from studio.store.taste_records import FORGOTTEN, Flag
from tests.studio.made import ADA, BOB, MOD, a_job, make

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from studio.store import Store


async def pieces(store: Store, *ids: str) -> None:
    for each in ids:
        await make(store, await a_job(store, each))


async def test_a_flag_counts_until_it_is_dismissed_and_a_report_once_it_is_upheld(store: Store) -> None:
    await pieces(store, "1", "2")

    def work(db: Connection) -> None:
        assert flags.add(db, Flag("1", MOD, "flag", 1.0))
        assert flags.add(db, Flag("2", BOB, "report", 2.0))
        assert flags.in_force(db, 1) == {"1"}
        assert flags.in_force(db, 2) == set()
        assert [each.creation_id for each in flags.waiting(db, 1)] == ["2"]
        assert flags.resolve(db, "1", "dismissed", MOD, 3.0) == 1
        assert flags.resolve(db, "2", "upheld", MOD, 3.0) == 1
        assert flags.in_force(db, 1) == {"2"}
        assert flags.waiting(db, 1) == []

    await store.write(work)


async def test_a_dismissed_report_stays_dismissed_and_a_new_flag_counts_again(store: Store) -> None:
    await pieces(store, "1")

    def work(db: Connection) -> None:
        for kind, member in (("flag", MOD), ("report", BOB)):
            flags.add(db, Flag("1", member, kind, 1.0))  # type: ignore[arg-type]
        flags.resolve(db, "1", "dismissed", MOD, 2.0)
        flags.add(db, Flag("1", BOB, "report", 3.0))
        assert flags.waiting(db, 1) == []
        flags.add(db, Flag("1", MOD, "flag", 3.0))
        assert flags.in_force(db, 1) == {"1"}

    await store.write(work)


async def test_a_piece_that_is_gone_cannot_be_flagged(store: Store) -> None:
    assert not await store.write(lambda db: flags.add(db, Flag("9", MOD, "flag", 1.0)))


async def test_what_a_forgotten_moderator_flagged_stays_flagged_by_nobody(store: Store) -> None:
    await pieces(store, "1", "2")

    def work(db: Connection) -> None:
        flags.add(db, Flag("1", MOD, "flag", 1.0))
        flags.add(db, Flag("1", ADA, "flag", 2.0))
        flags.add(db, Flag("2", MOD, "report", 1.0))
        assert flags.forget(db, MOD) == 2
        assert flags.forget(db, ADA) == 1
        assert flags.in_force(db, 1) == {"1"}
        assert [each.member_id for each in flags.of_creation(db, "1")] == [FORGOTTEN]
        assert flags.of_creation(db, "2") == []

    await store.write(work)
