"""Learning again by itself: only what a moderator began, only when enough is new, never twice at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from studio import consent
from studio.adapters import again, runs
from studio.adapters.overview import overview
from studio.store import trials
from studio.store.taste_records import Trial
from tests.studio.adapters.made import BASE, GUILD, MANAGER, digest
from tests.studio.adapters.opinions import opinionated
from tests.studio.adapters.test_runs import a_head, asked
from tests.studio.made import MOD, NOW

if TYPE_CHECKING:
    from studio.adapters.records import Folders
    from studio.store import Store
    from studio.store.taste_records import Run

LATER = NOW + again.REST_S + 1


async def learnt(store: Store, folders: Folders) -> Run:
    """A head that a moderator asked for."""
    begun = await runs.begin(store, folders, await asked(store), BASE, NOW)
    await runs.head_learnt(store, folders, begun, a_head(folders), NOW)
    return begun.run


async def again_(store: Store, run_id: str = "9", now: float = LATER) -> Run | None:
    return await again.ask(store, run_id, GUILD, "verse", now)


async def more(store: Store, pieces: int, first: int = 6000) -> None:
    await opinionated(store, pieces=pieces, first=first)


async def test_what_was_learnt_is_learnt_again_when_a_third_more_is_known(
    taught: Store, folders: Folders
) -> None:
    first = await learnt(taught, folders)
    assert await again_(taught) is None  # nothing is new
    await more(taught, 4)
    assert await again_(taught) is None  # too little is
    await more(taught, 20, first=7000)
    run = await again_(taught)
    assert run is not None
    assert (run.what, run.asked_by, run.channel_id) == (first.what, MOD, first.channel_id)
    assert [one.id for one in await runs.unfinished(taught)] == ["9"]
    told = await overview(taught, folders, GUILD, MANAGER, LATER)
    assert "verse picker, by itself" in told.log[0].detail


async def test_not_before_a_day_has_gone_by_and_not_while_something_goes_on(
    taught: Store, folders: Folders
) -> None:
    await learnt(taught, folders)
    await more(taught, 20)
    assert await again_(taught, now=NOW + again.REST_S - 1) is None
    trial = Trial("7", GUILD, "verse", "blind", digest("two"), None, NOW)
    await taught.write(lambda db: trials.begin(db, trial))
    assert await again_(taught) is None
    await taught.write(lambda db: trials.end(db, "7", "cancelled", NOW))
    found = await asyncio.gather(again_(taught, "9"), again_(taught, "10"))
    assert sum(run is not None for run in found) == 1
    assert await again_(taught, "11", now=LATER + again.REST_S) is None  # one goes on


async def test_one_that_failed_is_a_moderators_to_begin_anew(taught: Store, folders: Folders) -> None:
    await learnt(taught, folders)
    await more(taught, 20)
    run = await again_(taught)
    assert run is not None
    await runs.end(taught, run, "failed", LATER, runs.NOT_ANY_MORE)
    assert await again_(taught, "10", now=LATER + 2 * again.REST_S) is None


async def test_what_nobody_began_or_nobody_is_left_to_have_begun_is_left_alone(
    taught: Store, folders: Folders
) -> None:
    await more(taught, 20)
    assert await again_(taught) is None
    run = await asked(taught)
    await runs.cancel(taught, GUILD, run.id, None, MANAGER, NOW)
    assert await again_(taught) is None


async def test_a_server_that_turned_learning_off_is_left_alone(taught: Store, folders: Folders) -> None:
    await learnt(taught, folders)
    await more(taught, 20)
    await consent.disable(taught, GUILD, MOD, NOW)
    assert await again_(taught) is None
