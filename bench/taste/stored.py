"""A simulated server in a real store: its pieces, the messages that show them, its members' consent and reactions."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import insert

from bench.taste.prompts import FORM
from generation.forms import form_named
from generation.wire.jobs import Brief, Sampling
from studio.store import Store, consents, creations, jobs, messages, tables
from studio.store.records import Creation, Delivered, JobRecord
from studio.store.taste_records import MemberChoice
from studio.taste.gathered import gather

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from bench.taste.community import Reaction
    from bench.taste.samples import Sample
    from studio.taste.gathered import Gathered

GUILD, CHANNEL, ASKER, FIRST_MEMBER, FIRST_MESSAGE = 1, 2, 50, 100, 10_000
KIND = form_named(FORM).kind
UP, DOWN = "👍", "👎"


def gathered(
    samples: Sequence[Sample], reactions: Sequence[Reaction], made_at: Sequence[float], began_s: float
) -> Gathered:
    """What the studio reads of a server whose every member opted in; creations are named by their places. All times but `began_s`
    (Unix seconds) are since the server began.
    """
    return asyncio.run(_gathered(samples, reactions, made_at, began_s))


async def _gathered(
    samples: Sequence[Sample], reactions: Sequence[Reaction], made_at: Sequence[float], began_s: float
) -> Gathered:
    def fill(db: Connection) -> None:
        for n, one in enumerate(samples):
            _put(db, n, one, began_s + made_at[n])
        joined = {one.member: one.joined_at for one in reactions}
        for member, at in joined.items():
            since = began_s + at
            consents.choose(db, MemberChoice(FIRST_MEMBER + member, GUILD, "opt_in", since, since))
        consents.choose(db, MemberChoice(ASKER, GUILD, "opt_in", began_s, began_s))
        rows = [
            {
                "message_id": FIRST_MESSAGE + one.creation, "member_id": FIRST_MEMBER + one.member,
                "emoji": UP if one.up else DOWN, "added_at": began_s + one.at,
            }
            for one in reactions
        ]  # fmt: skip
        if rows:
            db.execute(insert(tables.reactions), rows)

    with tempfile.TemporaryDirectory(prefix="renga-taste-") as folder:
        async with await Store.open(f"sqlite:///{folder}/renga.db", Path(folder) / "pictures") as store:
            await store.write(fill)
            return await store.read(lambda db: gather(db, GUILD, KIND))


def _put(db: Connection, n: int, one: Sample, made_at: float) -> None:
    """A piece that was asked for, made and shown."""
    name, brief = f"{n:06d}", Brief(FORM, one.theme, length="short")
    job = JobRecord(
        id=name, guild_id=GUILD, channel_id=CHANNEL, member_id=ASKER, kind=KIND, brief=brief, seed=one.seed, weight=1.0,
        parent=None, application_id=1, interaction_token="", asked_at=made_at - 1,
    )  # fmt: skip
    jobs.add(db, job, per_member=1_000_000, per_guild=1_000_000)
    jobs.end(db, name, "made")
    creations.add(
        db,
        Creation(
            id=name, guild_id=GUILD, channel_id=CHANNEL, member_id=ASKER, kind=KIND, form=FORM, brief=brief, text=one.text,
            mime="text/plain", digest="0" * 64, prompt="", seed=one.seed, sampling=Sampling(), model="smollm2", adapter=None,
            parent=None, made_at=made_at, usage={},
        ),
    )  # fmt: skip
    messages.add(db, Delivered(name, 0, CHANNEL, FIRST_MESSAGE + n))
