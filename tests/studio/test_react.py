"""Reactions: ours alone, as they come, and as Discord has them after an absence."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio import ask, deliver, react
from studio.store import Store, jobs, reactions
from tests.studio.made import ADA, BOB, BOT, MOD, NOW, NOWHERE, a_job, make

if TYPE_CHECKING:
    from collections.abc import Sequence

    Step = tuple[str, int, str]

UP, DOWN, OWN = "👍", "👎", "<:renga:123456789012345678>"
FIRST, SECOND, STRANGER = 500, 501, 999


async def shown(store: Store, job_id: str = "1", message_id: int = FIRST) -> None:
    job = await a_job(store, job_id)
    await ask.acknowledged(store, job_id, message_id, NOW)
    await make(store, job)


async def on(store: Store, message_id: int = FIRST) -> set[tuple[int, str]]:
    return {
        (each.member_id, each.emoji)
        for each in await store.read(lambda db: reactions.on_message(db, message_id))
    }


async def test_a_reaction_is_recorded_once_and_taken_back_once(store: Store) -> None:
    await shown(store)
    assert await react.added(store, FIRST, ADA, UP, NOW, own_id=BOT)
    assert not await react.added(store, FIRST, ADA, UP, NOW + 1, own_id=BOT)
    assert await react.added(store, FIRST, ADA, OWN, NOW, own_id=BOT)
    assert await on(store) == {(ADA, UP), (ADA, OWN)}
    assert await react.removed(store, FIRST, ADA, UP, own_id=BOT)
    assert not await react.removed(store, FIRST, ADA, UP, own_id=BOT)
    assert await on(store) == {(ADA, OWN)}


async def test_the_same_reaction_many_times_at_once_is_one(store: Store) -> None:
    await shown(store)
    news = await asyncio.gather(*(react.added(store, FIRST, ADA, UP, NOW, own_id=BOT) for _ in range(20)))
    assert sum(news) == 1
    assert await on(store) == {(ADA, UP)}


async def test_events_are_recorded_in_the_order_in_which_they_came(store: Store) -> None:
    await shown(store)
    await asyncio.gather(
        react.added(store, FIRST, ADA, UP, NOW, own_id=BOT),
        react.removed(store, FIRST, ADA, UP, own_id=BOT),
        react.added(store, FIRST, BOB, UP, NOW, own_id=BOT),
        react.cleared(store, FIRST, UP),
        react.added(store, FIRST, MOD, UP, NOW, own_id=BOT),
    )
    assert await on(store) == {(MOD, UP)}


async def test_reactions_of_the_bot_and_on_messages_of_others_are_not_recorded(store: Store) -> None:
    await shown(store)
    assert not await react.added(store, FIRST, BOT, UP, NOW, own_id=BOT)
    assert not await react.added(store, STRANGER, ADA, UP, NOW, own_id=BOT)
    assert not await react.removed(store, FIRST, BOT, UP, own_id=BOT)
    assert await react.reconcile(store, STRANGER, {UP: [ADA]}, NOW) == (0, 0)
    assert await on(store) == await on(store, STRANGER) == set()


async def test_a_moderator_clears_one_emoji_or_all(store: Store) -> None:
    await shown(store)
    for member in (ADA, BOB):
        for emoji in (UP, DOWN):
            await react.added(store, FIRST, member, emoji, NOW, own_id=BOT)
    assert await react.cleared(store, FIRST, UP) == 2
    assert await on(store) == {(ADA, DOWN), (BOB, DOWN)}
    assert await react.cleared(store, FIRST, None) == 2
    assert await react.cleared(store, STRANGER, None) == 0


async def test_a_reaction_while_the_text_still_grows_counts_when_it_is_made(store: Store) -> None:
    job = await a_job(store)
    await ask.acknowledged(store, "1", FIRST, NOW)
    assert await react.added(store, FIRST, ADA, UP, NOW, own_id=BOT)
    await make(store, job)
    assert await on(store) == {(ADA, UP)}


async def test_a_job_that_made_nothing_has_no_reactions(store: Store) -> None:
    await a_job(store)
    await ask.acknowledged(store, "1", FIRST, NOW)
    await store.write(lambda db: jobs.end(db, "1", "failed", sentence="It failed."))
    assert not await react.added(store, FIRST, ADA, UP, NOW, own_id=BOT)
    assert await react.recent_messages(store, 0.0) == []


async def test_each_message_of_a_long_piece_has_its_own(store: Store) -> None:
    await shown(store)
    await deliver.posted(store, "1", 1, 2, SECOND)
    await react.added(store, FIRST, ADA, UP, NOW, own_id=BOT)
    await react.added(store, SECOND, ADA, UP, NOW, own_id=BOT)
    await react.removed(store, SECOND, ADA, UP, own_id=BOT)
    assert await on(store) == {(ADA, UP)}


async def test_recent_messages_are_those_of_jobs_asked_since_with_their_counts(store: Store) -> None:
    await shown(store)
    await shown(store, "2", SECOND)
    await react.added(store, FIRST, ADA, UP, NOW, own_id=BOT)
    await react.added(store, FIRST, BOB, UP, NOW, own_id=BOT)
    assert await react.recent_messages(store, NOW) == [
        react.Known(2, FIRST, {UP: 2}),
        react.Known(2, SECOND, {}),
    ]
    assert await react.recent_messages(store, NOW + 1) == []


async def test_what_was_missed_is_made_up_for_and_what_could_not_be_fetched_stays(store: Store) -> None:
    await shown(store)
    for emoji in (UP, DOWN, OWN):
        await react.added(store, FIRST, ADA, emoji, NOW, own_id=BOT)
    await react.recent_messages(store, 0.0)
    assert await react.reconcile(store, FIRST, {UP: [BOB, MOD], DOWN: []}, NOW + 1) == (2, 2)
    assert await on(store) == {(BOB, UP), (MOD, UP), (ADA, OWN)}


async def test_an_event_that_came_meanwhile_overrules_an_older_look(store: Store) -> None:
    await shown(store)
    await react.added(store, FIRST, ADA, UP, NOW, own_id=BOT)
    await react.added(store, FIRST, BOB, DOWN, NOW, own_id=BOT)
    await react.recent_messages(store, 0.0)
    seen = {UP: [ADA], DOWN: [BOB, MOD]}  # fetched, and out of date before it is used
    await react.removed(store, FIRST, ADA, UP, own_id=BOT)
    await react.added(store, FIRST, BOB, UP, NOW, own_id=BOT)
    await react.cleared(store, FIRST, DOWN)
    assert await react.reconcile(store, FIRST, seen, NOW) == (0, 0)
    assert await on(store) == {(BOB, UP)}


async def test_a_deleted_message_is_no_longer_ours_and_its_part_is_never_posted_again(store: Store) -> None:
    await shown(store)
    await deliver.posted(store, "1", 1, 2, SECOND)
    await deliver.settled(store, "1", NOW)
    await react.added(store, SECOND, ADA, UP, NOW, own_id=BOT)
    assert await react.message_deleted(store, SECOND)
    assert not await react.message_deleted(store, STRANGER)
    assert not await react.added(store, SECOND, ADA, UP, NOW, own_id=BOT)
    assert await on(store, SECOND) == set()
    assert [known.message_id for known in await react.recent_messages(store, 0.0)] == [FIRST]
    assert await deliver.posted_parts(store, "1") == {0: FIRST, 1: SECOND}
    assert await deliver.creation(store, "1") is not None


async def test_a_job_whose_message_is_deleted_is_withdrawn(store: Store) -> None:
    await a_job(store)
    await ask.acknowledged(store, "1", FIRST, NOW)
    assert await react.message_deleted(store, FIRST)
    assert await deliver.unsettled(store) == []


EVENT = st.one_of(
    st.tuples(st.just("add"), st.sampled_from((ADA, BOB, MOD)), st.sampled_from((UP, DOWN))),
    st.tuples(st.just("remove"), st.sampled_from((ADA, BOB, MOD)), st.sampled_from((UP, DOWN))),
    st.tuples(st.just("clear"), st.just(0), st.sampled_from((UP, DOWN))),
    st.tuples(st.just("clear all"), st.just(0), st.just("")),
)
SOME = st.lists(EVENT, max_size=3)
ROUND = st.tuples(SOME, SOME, SOME, SOME)  # while away, once back, after the look, after its use


class World:
    """Discord, a gateway that may be away, and a reconciliation that may take its time."""

    def __init__(self, store: Store, message_id: int) -> None:
        self.there: set[tuple[int, str]] = set()
        self._store = store
        self._message_id = message_id
        self._away = False
        self._begun = False
        self._seen: dict[str, set[int]] | None = None

    async def do(self, step: Step) -> None:
        what, member, emoji = step
        match what:
            case "leave":
                self._away, self._begun, self._seen = True, False, None
            case "return" if self._away:
                self._away, self._begun = False, True
                await react.recent_messages(self._store, 0.0)
            case "look" if self._begun:
                self._seen = {each: {m for m, e in self.there if e == each} for each in (UP, DOWN)}
            case "use" if self._seen is not None:
                await react.reconcile(self._store, self._message_id, self._seen, NOW)
                self._begun, self._seen = False, None
            case "leave" | "return" | "look" | "use":
                pass
            case _:
                self._change(what, member, emoji)
                if not self._away:
                    await self._tell(what, member, emoji)

    async def check(self) -> None:
        """Whenever nothing is missed and no comparison is open, the record is Discord's."""
        if not self._away and not self._begun:
            assert await on(self._store, self._message_id) == self.there

    async def finish(self) -> None:
        """Come back if away, and end a comparison that was begun; one that has ended needs no other."""
        await self.do(("return", 0, ""))
        if self._begun:
            if self._seen is None:
                await self.do(("look", 0, ""))
            await self.do(("use", 0, ""))

    def _change(self, what: str, member: int, emoji: str) -> None:
        match what:
            case "add":
                self.there.add((member, emoji))
            case "remove":
                self.there.discard((member, emoji))
            case "clear":
                self.there = {pair for pair in self.there if pair[1] != emoji}
            case _:
                self.there = set()

    async def _tell(self, what: str, member: int, emoji: str) -> None:
        match what:
            case "add":
                await react.added(self._store, self._message_id, member, emoji, NOW, own_id=BOT)
            case "remove":
                await react.removed(self._store, self._message_id, member, emoji, own_id=BOT)
            case "clear":
                await react.cleared(self._store, self._message_id, emoji)
            case _:
                await react.cleared(self._store, self._message_id, None)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROUND, min_size=1, max_size=3))
def test_whatever_comes_and_goes_the_record_ends_as_discord_has_it(
    rounds: Sequence[Sequence[Sequence[Step]]],
) -> None:
    async def live() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with await Store.open(f"sqlite:///{Path(folder) / 'renga.db'}", NOWHERE) as store:
                await shown(store)
                world = World(store, FIRST)
                for a_round in rounds:
                    for turn, events in zip(("leave", "return", "look", "use"), a_round, strict=True):
                        for step in [(turn, 0, ""), *events]:
                            await world.do(step)
                            await world.check()

    asyncio.run(live())


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_comes_and_goes_on_either_database(store: Store, seed: int) -> None:
    import random

    draw = random.Random(seed)
    await shown(store)
    world = World(store, FIRST)
    for _ in range(300):
        what = draw.choice(("add", "add", "remove", "clear", "clear all", "leave", "return", "look", "use"))
        await world.do((what, draw.choice((ADA, BOB, MOD)), draw.choice((UP, DOWN))))
        await world.check()
    await world.finish()
    await world.check()
