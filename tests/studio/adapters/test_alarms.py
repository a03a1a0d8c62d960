"""What takes an adapter back by itself: flags, and pieces that are nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from studio.adapters import alarms, serving
from studio.store import flags, tastes
from studio.store.taste_records import Flag
from tests.studio.adapters.made import BASE, GUILD, MANAGER, a_piece, a_version, digest
from tests.studio.adapters.trying import begun, state
from tests.studio.made import MOD, NOW

if TYPE_CHECKING:
    from studio.adapters.records import Folders
    from studio.store import Store


pytestmark = pytest.mark.usefixtures("learning")


async def test_two_flagged_pieces_take_what_serves_back(store: Store, folders: Folders) -> None:
    await a_version(store, folders, "one")
    await serving.promote(store, folders, GUILD, digest("one"), MANAGER, NOW, base=BASE)
    for number in (1, 2, 3):
        await a_piece(store, str(number), adapter=digest("one"))
    assert await alarms.watch(store, folders, GUILD, "verse", NOW) is None
    for number in (1, 2):
        flag = Flag(str(number), MOD, "flag", NOW)
        await store.write(lambda db, flag=flag: flags.add(db, flag))  # type: ignore[misc]
    told = await alarms.watch(store, folders, GUILD, "verse", NOW)
    assert told is not None
    moved, why = told
    assert (moved.version.name, moved.other, why) == (
        "verse adapter 1", None, "moderators flagged 2 of its first 3 pieces",
    )  # fmt: skip
    assert (await store.read(lambda db: tastes.serves(db, GUILD, "verse"))).adapter is None
    assert await alarms.watch(store, folders, GUILD, "verse", NOW) is None


async def test_a_candidate_that_breaks_ends_its_quiet_trial(store: Store, folders: Folders) -> None:
    await begun(store, folders, "quiet")
    for number in (1, 2):
        await a_piece(store, str(number), adapter=digest("two"), text="", made_at=NOW + 10)
    told = await alarms.watch(store, folders, GUILD, "verse", NOW)
    assert told is not None
    moved, _ = told
    assert (moved.version.name, moved.trial) == ("verse adapter 2", "7")
    assert moved.other is not None
    assert moved.other.name == "verse adapter 1"
    assert (await state(store, folders, "two")).state == "refused"
    assert (await state(store, folders, "one")).state == "serving"


async def test_pieces_of_before_and_of_others_ring_no_alarm(store: Store, folders: Folders) -> None:
    await a_version(store, folders, "one")
    for number in (1, 2):
        await a_piece(store, str(number), adapter=digest("one"), text="", made_at=NOW - 5)
    await a_piece(store, "3", adapter=None, text="", made_at=NOW + 5)
    await serving.promote(store, folders, GUILD, digest("one"), MANAGER, NOW, base=BASE)
    assert await alarms.watch(store, folders, GUILD, "verse", NOW) is None
