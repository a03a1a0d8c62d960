"""Trials under way, with pairs, votes and reactions: what tests of blind and of quiet ones begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.adapters import serving, trials, versions
from studio.store import reactions
from studio.store import trials as stored
from studio.store.records import Reaction
from studio.store.taste_records import OURSELVES, TrialPair
from tests.studio.adapters.made import BASE, GUILD, MANAGER, a_piece, a_version, digest
from tests.studio.adapters.opinions import DAY_S
from tests.studio.made import NOW

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    await store.write(lambda db: stored.add_pair(db, pair))  # once, however often
    return pair.id


async def state(store: Store, folders: Folders, name: str) -> Version:
    return await versions.version(store, folders, GUILD, digest(name))


async def reacted(store: Store, piece: str, member: int, emoji: str) -> None:
    reaction = Reaction(1000 + int(piece), member, emoji, NOW + 20)
    await store.write(lambda db: reactions.add(db, reaction))


async def seen_before(store: Store, members: Iterable[int]) -> None:
    """They reacted to a piece of eight days ago."""
    await a_piece(store, "90", made_at=NOW - 8 * DAY_S)
    for member in members:
        reaction = Reaction(1090, member, "👍", NOW - 8 * DAY_S + member)
        await store.write(lambda db, reaction=reaction: reactions.add(db, reaction))  # type: ignore[misc]
