"""A server that likes one half of what it got and not the other: enough of it to learn from."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from typing import TYPE_CHECKING

from generation.wire.jobs import Brief
from studio.store import Store, consents, creations, jobs, messages, reactions
from studio.store.records import Delivered, JobRecord, Reaction
from studio.store.taste_records import MemberChoice
from tests.studio.made import NOW, a_creation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy import Connection

DAY_S = 86_400.0
FILE = "opinionated.sqlite"
AGREE = 0.92  # of a vote, with what the server likes
LINES = (
    "the sea is out tonight",
    "boats lean on their own shadows",
    "salt dries on the rail",
    "a gull counts us",
)
WORDS = (
    "ledger",
    "kettle",
    "invoice",
    "corridor",
    "stapler",
    "lanyard",
    "meeting",
    "parking",
    "elevator",
    "printer",
)


async def opinionated(
    store: Store, *, guild_id: int = 1, pieces: int = 32, voters: Sequence[int] = range(201, 209), now: float = NOW,
    opted_in: bool = True, first: int = 5000, channel_id: int = 2,
) -> None:  # fmt: skip
    """`pieces` haiku, every other one about the sea; each of the `voters` has voted on all, at hours of their own."""
    rng = random.Random(9)

    def add(db: Connection, number: int) -> None:
        liked = number % 2 == 0
        text = "\n".join(rng.sample(LINES if liked else [f"the {word} is here again" for word in WORDS], 3))
        made_at = now - 20 * DAY_S + number * 3600
        job = JobRecord(
            id=str(first + number), guild_id=guild_id, channel_id=channel_id, member_id=1, kind="verse",
            brief=Brief("haiku", f"theme {number // 3}"), seed=number, weight=1.0, parent=None, application_id=4,
            interaction_token="", asked_at=made_at, outcome="made", settled_at=made_at,
        )  # fmt: skip
        jobs.add(db, job, per_member=pieces + 1, per_guild=pieces + 1)
        creations.add(
            db, replace(a_creation(job, f"{text}\n{first - 5000 + number}"), made_at=made_at, kept=True)
        )
        messages.add(db, Delivered(job.id, 0, job.channel_id, 9000 + int(job.id)))
        for member in voters:
            emoji = "👍" if liked == (rng.random() < AGREE) else "👎"
            at = made_at + rng.uniform(0, 15 * DAY_S)
            reactions.add(db, Reaction(9000 + int(job.id), member, emoji, at))

    def work(db: Connection) -> None:
        for member in voters if opted_in else ():
            consents.choose(db, MemberChoice(member, guild_id, "opt_in", now, now - 300 * DAY_S))
        for number in range(pieces):
            add(db, number)

    await store.write(work)


def prepared(folder: Path) -> Path:
    """A database in which the guild 1 has its opinions, to be copied: writing them takes longer than most tests."""

    async def make() -> None:
        async with await Store.open(f"sqlite:///{folder / FILE}", folder / "pictures") as store:
            await opinionated(store)

    asyncio.run(make())
    return folder / FILE
