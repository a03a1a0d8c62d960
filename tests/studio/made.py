"""Records for tests, each whole, with what a test does not care about already said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from generation.wire.events import Done
from generation.wire.jobs import Brief, PictureBrief, Sampling, Spot
from studio.ask import Limits, Request, ask, wire_job
from studio.pictures import capture
from studio.store import Store, creations, jobs
from studio.store.records import Creation, JobRecord
from tests.studio.pictures.painted import painted

BRIEF = Brief(form="haiku", theme="autumn dusk", tone="calm")
NOW = 1_800_000_000.0
NOWHERE = Path("no-pictures-here")  # of a store that gets none
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
        form=job.form, brief=job.brief, text=text, mime="text/plain", digest="0" * 64, prompt="Write a haiku.",
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


def a_picture_brief(**changes: Any) -> PictureBrief:
    return replace(PictureBrief("new", (Spot("a red fox", "flat", 7),), 4), **changes)


async def make_pictures(store: Store, job: JobRecord, now: float = NOW + 1) -> Creation:
    """End the job as made with pictures, files and all, as `follow` would."""
    data, artifacts = painted(job.brief, job.seed)  # type: ignore[arg-type]
    done = Done({"output_tokens": 12.0}, job.seed, "tiny", None)
    creation = capture.creation(job, wire_job(job), done, artifacts, data, now)

    def keep(db: Any) -> None:
        assert jobs.end(db, job.id, "made")
        creations.add(db, creation)

    for artifact, each in zip(artifacts, data, strict=True):
        await store.pictures.keep(artifact.digest, artifact.mime, each)
    await store.write(keep)
    return creation
