"""Flags and reports: who may, what waits, and what a moderator decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from studio import consent, flags
from studio.adapters import trials
from studio.adapters.records import Folders
from studio.errors import Refusal
from studio.store import flags as stored
from studio.store.taste_records import OURSELVES, TrialPair
from tests.studio.adapters.made import BASE, GUILD, MANAGER, a_piece, a_version, digest
from tests.studio.made import ADA, BOB, MOD, NOW

if TYPE_CHECKING:
    from pathlib import Path

    from studio.store import Store
    from studio.store.taste_records import FlagKind


async def reported(store: Store, piece: int, member: int = BOB, now: float = NOW) -> None:
    await flags.add(store, GUILD, 1000 + piece, member, "report", now, moderates=False)


async def test_reports_wait_in_their_order_and_are_counted_by_piece(store: Store) -> None:
    for number in (1, 2):
        await a_piece(store, str(number))
    await reported(store, 2, ADA, NOW)
    await reported(store, 1, BOB, NOW + 1)
    await reported(store, 2, BOB, NOW + 2)
    first = await flags.waiting(store, GUILD, moderates=True)
    assert first is not None
    assert (first.creation.id, first.reports, first.others, first.message_id) == ("2", 2, 1, 1002)
    after = await flags.waiting(store, GUILD, moderates=True, after="2")
    assert after is not None
    assert after.creation.id == "1"
    assert await flags.waiting(store, 2, moderates=True) is None


@pytest.mark.parametrize(("verdict", "in_force"), [("upheld", {"1"}), ("dismissed", set())])
async def test_a_verdict_settles_all_that_was_said_against_a_piece(
    store: Store, verdict: stored.Verdict, in_force: set[str]
) -> None:
    await a_piece(store, "1")
    await reported(store, 1, ADA)
    await reported(store, 1, BOB)
    await flags.resolve(store, GUILD, "1", verdict, MOD, NOW, moderates=True)
    assert await flags.waiting(store, GUILD, moderates=True) is None
    assert await store.read(lambda db: stored.in_force(db, GUILD)) == in_force


async def test_only_moderators_flag_look_and_decide(store: Store) -> None:
    await a_piece(store, "1")
    for act in (
        flags.add(store, GUILD, 1001, BOB, "flag", NOW, moderates=False),
        flags.waiting(store, GUILD, moderates=False),
        flags.resolve(store, GUILD, "1", "upheld", BOB, NOW, moderates=False),
    ):
        with pytest.raises(Refusal, match="Manage Messages"):
            await act
    await flags.add(store, GUILD, 1001, MOD, "flag", NOW, moderates=True)
    assert await store.read(lambda db: stored.in_force(db, GUILD)) == {"1"}


@pytest.mark.parametrize(("guild", "message"), [(GUILD, 5), (2, 1001)])
async def test_what_is_no_piece_of_this_server_cannot_be_reported(
    store: Store, guild: int, message: int
) -> None:
    await a_piece(store, "1")
    with pytest.raises(Refusal, match="no piece of mine"):
        await flags.add(store, guild, message, BOB, "report", NOW, moderates=False)


async def test_of_two_that_are_voted_on_it_is_said_what_can_be_done(store: Store, tmp_path: Path) -> None:
    folders = Folders(tmp_path)
    await consent.enable(store, GUILD, MOD, NOW)
    await a_version(store, folders, "two")
    await trials.begin(store, folders, "7", GUILD, digest("two"), "blind", MANAGER, 2, NOW, base=BASE)
    await trials.add_pair(store, TrialPair("1", "7", None, True, "haiku", "rain", OURSELVES, "l", "r", NOW))
    await trials.pair_shown(store, "1", 5)
    kinds: tuple[FlagKind, ...] = ("flag", "report")
    for kind in kinds:
        with pytest.raises(Refusal, match="/adapters cancel ends the vote"):
            await flags.add(store, GUILD, 5, MOD, kind, NOW, moderates=True)
    with pytest.raises(Refusal, match="no piece of mine"):
        await flags.add(store, 2, 5, MOD, "flag", NOW, moderates=True)
