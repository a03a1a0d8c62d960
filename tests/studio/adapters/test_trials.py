"""Blind trials: begun once, decided by votes, carried out in the step that decides, and ended by who may."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from studio import consent
from studio.adapters import serving, trials
from studio.errors import Refusal, StoreUnavailable
from studio.store import audit, consents, reactions, runs, tastes
from studio.store.records import Reaction
from studio.store.taste_records import OURSELVES, MemberChoice, Run, TrialPair
from tests.studio.adapters.made import BASE, GUILD, MANAGER, NOBODY, a_piece, a_version, digest
from tests.studio.adapters.opinions import DAY_S, opinionated
from tests.studio.adapters.trying import a_pair, begun, seen_before, state
from tests.studio.made import ADA, BOB, MOD, NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from studio.adapters.records import Folders
    from studio.store import Store


pytestmark = pytest.mark.usefixtures("learning")


async def voted(store: Store, folders: Folders, pair: str, member: int, *, left: bool) -> trials.Voted:
    return await trials.vote(store, folders, GUILD, pair, member, NOW + 3, left=left)


async def test_votes_that_decide_let_the_candidate_serve_in_the_same_step(
    store: Store, folders: Folders
) -> None:
    await begun(store, folders)
    for number in range(4):
        pair = await a_pair(store, number, left_is_candidate=number % 2 == 0)
        for member in range(number, number + 4):
            said = await voted(store, folders, pair, member, left=number % 2 == 0)
    assert (said.votes, said.concluded) == (4, None), "sixteen votes, on four pairs"
    said = await voted(store, folders, await a_pair(store, 4), 9, left=True)
    assert said.concluded is not None
    assert (said.concluded.outcome, said.concluded.trial.wins, said.concluded.trial.losses) == (
        "candidate",
        17,
        0,
    )
    assert (await state(store, folders, "two")).state == "serving"
    assert (await state(store, folders, "one")).state == "retired"
    (newest, *_) = await store.read(lambda db: audit.of_guild(db, GUILD))
    assert (newest.member_id, newest.action) == (OURSELVES, "decide")
    assert newest.detail == "verse adapter 2 serves, 17 to 0"
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
    assert await trials.going_on(store, "7", base=BASE) == (trial, {"haiku": None}, 0), (
        "what came with Renga writes haiku here"
    )
    await trials.cancel(store, folders, GUILD, None, None, MANAGER, NOW)
    await a_version(store, folders, "three", report={"serves": ["limerick"]}, made_at=NOW + 5)
    trial, _ = await trials.begin(
        store, folders, "8", GUILD, digest("three"), "blind", MANAGER, 2, NOW, base=BASE
    )
    assert await trials.going_on(store, "8", base=BASE) == (trial, {"limerick": digest("one")}, 0), (
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
    assert await trials.going_on(store, "7", base=another) == (trial, {"haiku": None}, 0)


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


async def test_a_candidate_that_loses_never_serves_and_its_files_go(store: Store, folders: Folders) -> None:
    await begun(store, folders)
    for member in range(7):  # on five pairs
        said = await voted(store, folders, await a_pair(store, member % 5), member, left=False)
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


async def test_who_came_this_week_has_no_vote_unless_the_server_is_as_young(
    store: Store, folders: Folders
) -> None:
    await begun(store, folders)
    pair = await a_pair(store, 1)
    for since in (NOW, NOW - 6 * DAY_S):
        with pytest.raises(Refusal, match="once they have been in this server for a week"):
            await trials.vote(store, folders, GUILD, pair, ADA, NOW + 3, left=True, member_since=since)
    old = await trials.vote(
        store, folders, GUILD, pair, ADA, NOW + 3, left=True, member_since=NOW - 8 * DAY_S
    )
    assert (old.fresh, old.votes) == (True, 1)


async def live(
    store: Store, folders: Folders, pairs: int, votes: Callable[[int], Sequence[tuple[float, int, bool]]]
) -> trials.Voted:
    """A trial's pairs, a day each, with votes as (seconds after the pair, member, for the candidate), until it is over."""
    said = None
    for number in range(pairs):
        at = NOW + number * DAY_S
        await trials.add_pair(
            store, TrialPair(str(number), "7", None, True, "haiku", "rain", OURSELVES, "l", "r", at)
        )
        for later, member, left in sorted(votes(number)):
            said = await trials.vote(store, folders, GUILD, str(number), member, at + later, left=left)
            if said.concluded is not None:
                return said
    assert said is not None
    return said


def honestly(chance: random.Random, members: Iterable[int], within_s: float) -> list[tuple[float, int, bool]]:
    """Each when they come by, four in five for the candidate."""
    return [(chance.uniform(1, within_s), member, chance.random() < 0.8) for member in members]


async def test_six_who_always_come_together_let_nothing_serve(store: Store, folders: Folders) -> None:
    await begun(store, folders)
    chance = random.Random(4)

    def votes(number: int) -> list[tuple[float, int, bool]]:
        rush = 3600.0 * (number * 7 % 20 + 2)
        others = [(chance.uniform(1, 20 * 3600), member, chance.random() < 0.5) for member in (ADA, BOB)]
        return [*others, *((rush + n, 300 + n, True) for n in range(6))]

    assert (await live(store, folders, 12, votes)).concluded is None
    assert (await state(store, folders, "two")).state == "trial"


async def test_six_who_are_known_to_act_as_one_let_nothing_serve_however_they_vote(
    store: Store, folders: Folders
) -> None:
    six, chance = range(300, 306), random.Random(5)
    await opinionated(store, pieces=60, first=5000)  # honest members', each in their time
    for member in six:
        chosen = MemberChoice(member, GUILD, "opt_in", NOW, NOW - 300 * DAY_S)
        await store.write(lambda db, chosen=chosen: consents.choose(db, chosen))  # type: ignore[misc]
    for number in range(0, 60, 3):
        rush = NOW - 20 * DAY_S + number * 3600 + chance.uniform(3600, 5 * DAY_S)
        for member in six:
            reaction = Reaction(9000 + 5000 + number, member, "👍", rush + member)
            await store.write(lambda db, reaction=reaction: reactions.add(db, reaction))  # type: ignore[misc]
    await begun(store, folders)
    said = await live(store, folders, 40, lambda _: [(5.0 + n, member, True) for n, member in enumerate(six)])
    assert said.concluded is None
    assert (await state(store, folders, "two")).state == "trial"


@pytest.mark.parametrize("within_s", [300.0, 20 * 3600.0])
async def test_honest_members_who_agree_let_a_candidate_serve(
    store: Store, folders: Folders, within_s: float
) -> None:
    """Also where all of them sit and wait for pairs, and have said nothing of the server's other pieces."""
    await opinionated(store, pieces=60, first=5000)
    await begun(store, folders)
    chance = random.Random(3)
    said = await live(store, folders, 12, lambda _: honestly(chance, range(300, 308), within_s))
    assert said.concluded is not None
    assert said.concluded.outcome == "candidate"
    assert said.concluded.trial.wins + said.concluded.trial.losses < 80


async def test_reactions_that_were_found_together_after_an_absence_make_nobody_one(
    store: Store, folders: Folders
) -> None:
    await seen_before(store, range(100, 110))
    await begun(store, folders, "quiet")
    for number in range(1, 13):
        await a_piece(
            store, str(number), adapter=digest("two" if number % 2 else "one"), made_at=NOW + number * 3600
        )
        for member in range(100, 110):
            reaction = Reaction(1000 + number, member, "👍" if number % 2 else "👎", NOW + DAY_S)
            await store.write(lambda db, reaction=reaction: reactions.add(db, reaction))  # type: ignore[misc]
    ended = await trials.look(store, folders, GUILD, "verse", NOW + DAY_S + 1)
    assert ended is not None
    assert ended.outcome == "candidate"


async def test_nothing_is_tried_where_learning_is_off_and_turning_it_off_ends_what_is(
    store: Store, folders: Folders
) -> None:
    trial = await begun(store, folders)
    ended = await consent.disable(store, GUILD, MOD, NOW + 5)
    assert ended is not None
    assert [each.id for each in ended.trials] == [trial.id]
    assert (await state(store, folders, "two")).state == "candidate"
    (_, newest, *_) = await store.read(lambda db: audit.of_guild(db, GUILD))
    assert (newest.action, newest.detail) == ("cancel", "the trial of a verse adapter")
    with pytest.raises(Refusal, match="Learning is off in this server"):
        await trials.begin(store, folders, "8", GUILD, digest("two"), "blind", MANAGER, 2, NOW, base=BASE)


async def test_a_trial_whose_model_has_changed_says_so(store: Store, folders: Folders) -> None:
    await begun(store, folders)
    assert await trials.going_on(store, "7", base=BASE)
    assert await trials.going_on(store, "7", base=None)
    with pytest.raises(Refusal, match="The model has changed since this trial began"):
        await trials.going_on(store, "7", base=digest("another model"))


async def test_what_is_paused_is_not_tried_and_what_is_tried_is_not_paused(
    store: Store, folders: Folders
) -> None:
    await begun(store, folders)
    with pytest.raises(Refusal, match="A trial of this server's verse is under way"):
        await serving.pause(store, GUILD, "verse", MANAGER, NOW, on=True)
    await trials.cancel(store, folders, GUILD, None, "7", MANAGER, NOW)
    await serving.pause(store, GUILD, "verse", MANAGER, NOW, on=True)
    with pytest.raises(Refusal, match="verse is paused"):
        await trials.begin(store, folders, "8", GUILD, digest("two"), "quiet", MANAGER, 2, NOW, base=BASE)
    await serving.promote(store, folders, GUILD, digest("two"), MANAGER, NOW, base=BASE)
    assert not (await store.read(lambda db: tastes.serves(db, GUILD, "verse"))).paused


async def test_files_go_only_when_it_is_written_down_that_they_may(
    store: Store, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(store, folders)

    def breaks(*_: object, **__: object) -> None:
        raise StoreUnavailable

    with monkeypatch.context() as patched:
        patched.setattr("studio.adapters.trials.note", breaks)  # the last thing of the step that decides
        for member in range(6):
            await voted(store, folders, await a_pair(store, member % 5), member, left=False)
        with pytest.raises(StoreUnavailable):
            await voted(store, folders, "1", 6, left=False)
    undone = await state(store, folders, "two")
    assert (undone.state, undone.loadable) == ("trial", True)
