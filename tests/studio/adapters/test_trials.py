"""Trials: begun once, decided by votes, carried out in the step that decides, and ended by who may."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from studio.adapters import alarms, serving, trials, versions
from studio.errors import Refusal
from studio.store import audit, flags, reactions, runs, tastes
from studio.store.records import Reaction
from studio.store.taste_records import OURSELVES, Flag, Run, TrialPair
from tests.studio.adapters.made import BASE, GUILD, MANAGER, NOBODY, a_piece, a_version, digest
from tests.studio.made import ADA, BOB, MOD, NOW

if TYPE_CHECKING:
    from studio.adapters.records import Folders, Version
    from studio.store import Store
    from studio.store.taste_records import Trial, Way


async def begun(store: Store, folders: Folders, way: Way = "blind", trial_id: str = "7") -> Trial:
    """A trial of "two" against "one", which serves."""
    await a_version(store, folders, "one")
    await a_version(store, folders, "two", made_at=NOW + 1)
    await serving.promote(store, folders, GUILD, digest("one"), MANAGER, NOW, base=BASE)
    trial, _ = await trials.begin(
        store, folders, trial_id, GUILD, digest("two"), way, MANAGER, 2, NOW + 2, base=BASE
    )
    return trial


async def a_pair(store: Store, number: int, *, left_is_candidate: bool = True) -> str:
    pair = TrialPair(str(number), "7", None, left_is_candidate, "haiku", "rain", OURSELVES, "l", "r", NOW)
    await trials.add_pair(store, pair)
    return pair.id


async def voted(store: Store, folders: Folders, pair: str, member: int, *, left: bool) -> trials.Voted:
    return await trials.vote(store, folders, GUILD, pair, member, NOW + 3, left=left)


async def state(store: Store, folders: Folders, name: str) -> Version:
    return await versions.version(store, folders, GUILD, digest(name))


async def test_votes_that_decide_let_the_candidate_serve_in_the_same_step(
    store: Store, folders: Folders
) -> None:
    await begun(store, folders)
    for number in range(4):
        pair = await a_pair(store, number, left_is_candidate=number % 2 == 0)
        for member in range(number, number + 4):
            said = await voted(store, folders, pair, member, left=number % 2 == 0)
    assert said.votes == 4
    assert said.concluded is not None
    assert (said.concluded.outcome, said.concluded.trial.wins, said.concluded.trial.losses) == (
        "candidate",
        16,
        0,
    )
    assert (await state(store, folders, "two")).state == "serving"
    assert (await state(store, folders, "one")).state == "retired"
    (newest, *_) = await store.read(lambda db: audit.of_guild(db, GUILD))
    assert (newest.member_id, newest.action) == (OURSELVES, "decide")
    assert newest.detail == "verse adapter 2 serves, 16 to 0"
    with pytest.raises(Refusal, match="This vote is over"):
        await voted(store, folders, pair, 99, left=True)


async def test_one_member_alone_decides_nothing(store: Store, folders: Folders) -> None:
    await begun(store, folders)
    for number in range(30):
        said = await voted(store, folders, await a_pair(store, number), ADA, left=True)
        assert said.concluded is None
    assert (await state(store, folders, "two")).state == "trial"


async def test_pairs_are_of_forms_that_the_candidate_has_learnt_against_what_writes_them_now(
    store: Store, folders: Folders
) -> None:
    await a_piece(store, "1")  # a haiku
    for name, forms in (("one", ["limerick"]), ("two", ["haiku", "couplet"])):
        await a_version(store, folders, name, report={"serves": forms})
    await serving.promote(store, folders, GUILD, digest("one"), MANAGER, NOW, base=BASE)
    trial, _ = await trials.begin(
        store, folders, "7", GUILD, digest("two"), "blind", MANAGER, 2, NOW, base=BASE
    )
    assert await trials.going_on(store, "7") == (trial, {"haiku": None}, 0), (
        "what came with Renga writes haiku here"
    )
    await trials.cancel(store, folders, GUILD, None, None, MANAGER, NOW)
    await a_version(store, folders, "three", report={"serves": ["limerick"]}, made_at=NOW + 5)
    trial, _ = await trials.begin(
        store, folders, "8", GUILD, digest("three"), "blind", MANAGER, 2, NOW, base=BASE
    )
    assert await trials.going_on(store, "8") == (trial, {"limerick": digest("one")}, 0), (
        "nobody has asked for one yet"
    )


async def test_what_served_another_model_writes_nothing_any_more_and_is_tried_against_nothing(
    store: Store, folders: Folders
) -> None:
    await a_piece(store, "1")
    await a_version(store, folders, "one")
    await serving.promote(store, folders, GUILD, digest("one"), MANAGER, NOW, base=BASE)
    another = digest("another model")
    await a_version(store, folders, "two", made_at=NOW + 1, base=another)
    trial, _ = await trials.begin(
        store, folders, "7", GUILD, digest("two"), "blind", MANAGER, 2, NOW, base=another
    )
    assert await trials.going_on(store, "7") == (trial, {"haiku": None}, 0)


async def test_where_too_few_members_have_voted_in_the_end_the_candidate_waits_again(
    store: Store, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.taste.trial.PAIR_VOTES_LIMIT", 6)
    await begun(store, folders)
    for number in range(3):
        pair = await a_pair(store, number)
        for member in (ADA, BOB):
            said = await voted(store, folders, pair, member, left=False)
    assert said.concluded is not None
    assert said.concluded.outcome == "undecided"
    assert (await state(store, folders, "two")).state == "candidate"
    (newest, *_) = await store.read(lambda db: audit.of_guild(db, GUILD))
    assert newest.detail == "verse adapter 2, 0 to 6 by fewer than 5 members"


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


async def test_a_candidate_that_loses_never_serves_and_its_files_go(store: Store, folders: Folders) -> None:
    await begun(store, folders)
    pair = await a_pair(store, 1)
    for member in range(7):
        said = await voted(store, folders, pair, member, left=False)
    assert said.concluded is not None
    assert said.concluded.outcome == "incumbent"
    lost = await state(store, folders, "two")
    assert (lost.state, lost.loadable, lost.report["lost"]) == ("refused", False, "0 to 7")
    assert (await state(store, folders, "one")).state == "serving"
    with pytest.raises(Refusal, match="it lost a trial, 0 to 7"):
        await serving.promote(store, folders, GUILD, digest("two"), MANAGER, NOW, base=BASE)


async def test_a_members_first_choice_on_a_pair_stands(store: Store, folders: Folders) -> None:
    await begun(store, folders)
    pair = await a_pair(store, 1)
    assert (await voted(store, folders, pair, ADA, left=True)).fresh
    again = await voted(store, folders, pair, ADA, left=False)
    assert (again.fresh, again.votes) == (False, 1)
    with pytest.raises(Refusal):
        await trials.vote(store, folders, 2, pair, BOB, NOW, left=True)


async def test_one_trial_at_a_time_and_none_beside_a_training(store: Store, folders: Folders) -> None:
    await begun(store, folders)
    await a_version(store, folders, "three", made_at=NOW + 5)
    with pytest.raises(Refusal, match="under way already"):
        await trials.begin(store, folders, "8", GUILD, digest("three"), "quiet", MANAGER, 2, NOW, base=BASE)
    await trials.cancel(store, folders, GUILD, None, None, MANAGER, NOW)
    run = Run("9", GUILD, "verse", "adapter", "asked", MOD, NOW)
    await store.write(lambda db: runs.ask(db, run))
    with pytest.raises(Refusal, match="is being learnt just now"):
        await trials.begin(store, folders, "8", GUILD, digest("three"), "quiet", MANAGER, 2, NOW, base=BASE)


async def test_only_who_manages_begins_and_ends_a_trial_and_its_candidate_waits_again(
    store: Store, folders: Folders
) -> None:
    trial = await begun(store, folders)
    with pytest.raises(Refusal, match="Manage Server"):
        await trials.cancel(store, folders, GUILD, None, trial.id, NOBODY, NOW)
    ended = await trials.cancel(store, folders, GUILD, None, trial.id, MANAGER, NOW)
    assert ended.outcome == "cancelled"
    assert (await state(store, folders, "two")).state == "candidate"
    with pytest.raises(Refusal, match="Manage Server"):
        await trials.begin(store, folders, "8", GUILD, digest("two"), "blind", NOBODY, 2, NOW, base=BASE)
    with pytest.raises(Refusal, match="No training and no trial"):
        await trials.cancel(store, folders, GUILD, None, trial.id, MANAGER, NOW)


async def test_a_picker_is_not_tried(store: Store, folders: Folders) -> None:
    await a_version(store, folders, "picker", what="head")
    with pytest.raises(Refusal, match="needs no trial"):
        await trials.begin(store, folders, "8", GUILD, digest("picker"), "blind", MANAGER, 2, NOW, base=BASE)


async def reacted(store: Store, piece: str, member: int, emoji: str) -> None:
    reaction = Reaction(1000 + int(piece), member, emoji, NOW + 20)
    await store.write(lambda db: reactions.add(db, reaction))


async def test_a_quiet_trial_counts_reactions_by_what_wrote_the_piece(store: Store, folders: Folders) -> None:
    trial = await begun(store, folders, "quiet")
    await a_piece(store, "1", adapter=digest("two"), made_at=NOW + 10)
    await a_piece(store, "2", adapter=digest("one"), made_at=NOW + 11)
    await a_piece(store, "3", adapter=digest("two"), made_at=NOW)  # from before it began
    for piece, member, emoji in (
        ("1", BOB, "👍"), ("1", ADA, "👍"), ("1", MOD, "🌧️"), ("2", BOB, "👎"), ("3", BOB, "👎"),
    ):  # fmt: skip
        await reacted(store, piece, member, emoji)
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
    for member in range(100, 150):
        await reacted(store, "1", member, "👍")
        await reacted(store, "2", member, "👎")
    ended = await trials.look(store, folders, GUILD, "verse", NOW + 30)
    assert ended is not None
    assert ended.outcome == "candidate"
    assert (await state(store, folders, "two")).state == "serving"
    assert await trials.look(store, folders, GUILD, "verse", NOW + 31) is None


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
