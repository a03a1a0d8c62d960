"""Drafts become one piece: who asked picks, once, and what is left stays a pair for whoever learns."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from generation.wire.jobs import Brief
from studio import consent, deliver
from studio.deliver import Made
from studio.errors import Refusal
from studio.store import creations, drafts, jobs, messages, reactions, served
from studio.store.records import Delivered, Draft, Reaction
from tests.studio.deliver.followed import SHORT, all_of
from tests.studio.deliver.hosts import host_process
from tests.studio.made import ADA, BOB, MOD, NOW, a_creation, a_job

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from studio.store import Store
    from studio.store.records import Creation

TEXTS = ("The moon.", "The sea.", "The bell.")


async def with_drafts(store: Store, job_id: str = "1", texts: tuple[str, ...] = TEXTS) -> Creation:
    job = await a_job(store, job_id, drafts=3)
    several = tuple(
        Draft(n, text, hashlib.sha256(text.encode()).hexdigest(), n != 1, () if n != 1 else ("It is short.",))
        for n, text in enumerate(texts)
    )
    made = replace(
        a_creation(job, texts[0]), drafts=several, digest=several[0].digest, kept=True, brief=Brief("haiku", "dusk")
    )  # fmt: skip

    def keep(db: Connection) -> None:
        assert jobs.end(db, job.id, "made")
        creations.add(db, made)

    await store.write(keep)
    return made


async def choose(store: Store, part: int, member: int = ADA, guild: int = 1) -> Creation:
    return await deliver.choose(store, "1", part, by_member=member, guild_id=guild, now=NOW + 9)


async def test_a_job_of_several_drafts_is_open_until_one_is_picked(store: Store) -> None:
    record = await a_job(store, brief=SHORT, drafts=3)
    async with host_process(tokens_per_s=2000) as (_, generation):
        made = (await all_of(store, generation, record))[-1]
    assert isinstance(made, Made)
    creation = made.creation
    assert creation == await deliver.creation(store, record.id)
    assert [draft.part for draft in creation.drafts] == [0, 1, 2]
    assert len({draft.text for draft in creation.drafts}) == 3
    assert (creation.text, creation.digest) == (creation.drafts[0].text, creation.drafts[0].digest)
    assert creation.is_open


async def test_picked_it_is_that_draft_and_no_other(store: Store) -> None:
    made = await with_drafts(store)
    assert made.is_open
    picked = await choose(store, 1)
    assert picked == await deliver.creation(store, "1")
    assert not picked.is_open
    second = made.drafts[1]
    assert (picked.text, picked.digest, picked.kept, picked.reasons) == (
        second.text, second.digest, second.kept, second.reasons,
    )  # fmt: skip
    assert (picked.choice, picked.chosen_at, picked.drafts) == (1, NOW + 9, made.drafts)


async def test_a_pick_is_shown_by_the_next_life_where_this_one_ends_before_it_was(store: Store) -> None:
    await with_drafts(store)
    await deliver.settled(store, "1", NOW + 5)
    assert await deliver.unsettled(store) == []
    await choose(store, 1)
    (owed,) = await deliver.unsettled(store)
    assert (owed.id, owed.notified) == ("1", True)
    await deliver.settled(store, "1", NOW + 10)
    await choose(store, 2)
    assert await deliver.unsettled(store) == []


async def test_the_first_pick_stays(store: Store) -> None:
    await with_drafts(store)
    first = await choose(store, 2)
    assert await choose(store, 0) == first


@pytest.mark.parametrize(
    ("part", "member", "guild", "sentence"),
    [
        (0, BOB, 1, "Only the member who asked"),
        (3, ADA, 1, "no such draft"),
        (0, ADA, 2, "no longer know"),
    ],
)
async def test_who_may_not_pick_is_told_why(
    store: Store, part: int, member: int, guild: int, sentence: str
) -> None:
    made = await with_drafts(store)
    with pytest.raises(Refusal, match=sentence):
        await choose(store, part, member, guild)
    assert await deliver.creation(store, "1") == made


async def test_what_was_made_at_once_has_nothing_to_pick(store: Store) -> None:
    await with_drafts(store)
    await store.write(lambda db: db.execute(drafts.drafts.delete()))
    with pytest.raises(Refusal, match="no such draft"):
        await choose(store, 0)


async def test_who_asks_what_is_kept_is_shown_the_drafts_and_forgotten_they_are_gone(store: Store) -> None:
    await with_drafts(store)
    kept = await consent.export(store, ADA)
    assert [piece["drafts"] for piece in kept["pieces"]] == [list(TEXTS)]
    await store.write(lambda db: jobs.remove(db, "1"))
    assert await store.read(lambda db: drafts.of_creation(db, "1")) == ()


async def test_what_is_said_of_drafts_decides_no_quiet_trial(store: Store) -> None:
    await with_drafts(store)

    def said(db: Connection) -> None:
        messages.add(db, Delivered("1", 0, 2, 1001))
        reactions.add(db, Reaction(1001, BOB, "👎", NOW + 5))

    await store.write(said)
    assert await store.read(lambda db: served.opinions(db, 1, "verse", NOW)) == []
    await choose(store, 1)
    assert await store.read(lambda db: served.opinions(db, 1, "verse", NOW)) == []
    await store.write(lambda db: reactions.add(db, Reaction(1001, MOD, "👍", NOW + 12)))
    found = await store.read(lambda db: served.opinions(db, 1, "verse", NOW))
    assert [reacted.member_id for reacted, *_ in found] == [MOD]


async def test_both_databases_tell_what_was_picked_while_it_is_shown(store: Store) -> None:
    await with_drafts(store)
    await store.write(lambda db: messages.add(db, Delivered("1", 0, 2, 1001)))
    assert await store.read(lambda db: drafts.choices_of_guild(db, 1, "verse")) == []
    await choose(store, 2)
    (found,) = await store.read(lambda db: drafts.choices_of_guild(db, 1, "verse"))
    assert (found.creation_id, found.member_id, found.texts, found.choice) == ("1", ADA, TEXTS, 2)
    assert await store.read(lambda db: drafts.choices_of_guild(db, 2, "verse")) == []
    await store.write(lambda db: messages.mark_deleted(db, 1001))
    assert await store.read(lambda db: drafts.choices_of_guild(db, 1, "verse")) == []
