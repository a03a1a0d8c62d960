"""Records for tests, each whole, with what a test does not care about already said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from generation.wire.jobs import Brief, Sampling
from studio.ask import Limits, Request, ask
from studio.store import Store, creations, jobs
from studio.store.records import Creation, JobRecord

BRIEF = Brief(form="haiku", theme="autumn dusk", tone="calm")
NOW = 1_800_000_000.0
ADA, BOB, MOD, BOT = 11, 12, 13, 99


def a_request(job_id: str = "1", **changes: Any) -> Request:
    request = Request(
        job_id=job_id, guild_id=1, channel_id=2, member_id=ADA, application_id=4, interaction_token="a-secret",
        brief=BRIEF, seed=7, parent=None, asked_at=NOW,
    )  # fmt: skip
    return replace(request, **changes)


async def a_job(store: Store, job_id: str = "1", **changes: Any) -> JobRecord:
    return (await ask(store, a_request(job_id, **changes), Limits())).record


def a_creation(job: JobRecord, text: str = "the bell\nstays\nwhere it was") -> Creation:
    return Creation(
        id=job.id, guild_id=job.guild_id, channel_id=job.channel_id, member_id=job.member_id, kind=job.kind,
        form=job.brief.form, brief=job.brief, text=text, mime="text/plain", digest="0" * 64, prompt="Write a haiku.",
        seed=job.seed, sampling=Sampling(), model="tiny", adapter=None, parent=job.parent, made_at=NOW + 1,
        usage={"output_tokens": 12},
    )  # fmt: skip


async def make(store: Store, job: JobRecord, text: str = "the bell") -> Creation:
    """End the job as made, as `follow` would."""
    creation = a_creation(job, text)

    def keep(db: Any) -> None:
        assert jobs.end(db, job.id, "made")
        creations.add(db, creation)

    await store.write(keep)
    return creation
