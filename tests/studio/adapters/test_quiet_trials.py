"""Quiet trials: decided by reactions to what each of the two wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from studio.adapters import trials
from studio.store import consents, creations
from studio.store.taste_records import MemberChoice
from tests.studio.adapters.made import BASE, GUILD, MANAGER, a_piece, a_version, digest
from tests.studio.adapters.opinions import DAY_S
from tests.studio.adapters.trying import begun, reacted, seen_before, state
from tests.studio.made import ADA, BOB, MOD, NOW

if TYPE_CHECKING:
    from studio.adapters.records import Folders
    from studio.store import Store


pytestmark = pytest.mark.usefixtures("learning")


async def test_a_quiet_trial_looks_at_no_form_that_its_candidate_has_not_learnt(
    store: Store, folders: Folders
) -> None:
    await a_version(store, folders, "two", report={"serves": ["limerick"]})
    trial, _ = await trials.begin(
        store, folders, "7", GUILD, digest("two"), "quiet", MANAGER, 2, NOW, base=BASE
    )
    await a_piece(store, "1", made_at=NOW + 10)  # a haiku
    await reacted(store, "1", BOB, "👍")
    assert await store.read(lambda db: trials.arm_votes(db, trial)) == []


async def test_a_quiet_trial_counts_reactions_by_what_wrote_the_piece(store: Store, folders: Folders) -> None:
    trial = await begun(store, folders, "quiet")
    await a_piece(store, "1", adapter=digest("two"), made_at=NOW + 10)
    await a_piece(store, "2", adapter=digest("one"), made_at=NOW + 11)
    await a_piece(store, "3", adapter=digest("two"), made_at=NOW)  # from before it began
    for piece, member, emoji in (
        ("1", BOB, "👍"), ("1", ADA, "👍"), ("1", MOD, "🌧️"), ("2", BOB, "👎"), ("3", BOB, "👎"),
    ):  # fmt: skip
        await reacted(store, piece, member, emoji)
    await seen_before(store, (ADA, BOB, MOD))
    counted = await store.read(lambda db: trials.arm_votes(db, trial))
    assert [(vote.creation, vote.of_candidate, vote.up) for vote in counted] == [
        ("1", True, True),
        ("2", False, False),
    ]
    assert await trials.look(store, folders, GUILD, "verse", NOW) is None


async def test_a_quiet_trial_that_is_clear_is_carried_out(store: Store, folders: Folders) -> None:
    await begun(store, folders, "quiet")
    await a_piece(store, "1", adapter=digest("two"), made_at=NOW + 10)
    await a_piece(store, "2", adapter=digest("one"), made_at=NOW + 11)
    await seen_before(store, range(100, 150))
    for member in range(100, 150):
        await reacted(store, "1", member, "👍")
        await reacted(store, "2", member, "👎")
    ended = await trials.look(store, folders, GUILD, "verse", NOW + 30)
    assert ended is not None
    assert ended.outcome == "candidate"
    assert (await state(store, folders, "two")).state == "serving"
    assert await trials.look(store, folders, GUILD, "verse", NOW + 31) is None


async def test_in_a_quiet_trial_newcomers_reactions_say_nothing_yet(store: Store, folders: Folders) -> None:
    trial = await begun(store, folders, "quiet")
    await a_piece(store, "1", adapter=digest("two"), made_at=NOW + 10)
    joined = {BOB: NOW - 2 * DAY_S, MOD: NOW - 30 * DAY_S, 55: None}
    for member, since in joined.items():
        chosen = MemberChoice(member, GUILD, "opt_in", NOW, since)
        if since is not None:
            await store.write(lambda db, chosen=chosen: consents.choose(db, chosen))  # type: ignore[misc]
        await reacted(store, "1", member, "👍")
    counted = await store.read(lambda db: trials.arm_votes(db, trial))
    assert [vote.member for vote in counted] == [MOD], "one joined two days ago, one was never seen before"


async def test_while_reactions_decide_a_piece_does_not_say_what_wrote_it(
    store: Store, folders: Folders
) -> None:
    before = await a_piece(store, "1", adapter=digest("one"), made_at=NOW - 10)
    trial = await begun(store, folders, "quiet")
    await a_piece(store, "2", adapter=digest("two"), made_at=trial.began_at + 1)
    await a_piece(store, "3", adapter=digest("one"), made_at=trial.began_at + 2)

    async def blind() -> list[bool]:
        found = [await store.read(lambda db, each=each: creations.get(db, each)) for each in "123"]  # type: ignore[misc]
        return [each.blind for each in found if each is not None]

    assert before.adapter == digest("one")
    assert await blind() == [False, True, True]
    await trials.cancel(store, folders, GUILD, None, trial.id, MANAGER, NOW + 30)
    assert await blind() == [False, False, False]
