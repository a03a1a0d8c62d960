"""A brief becomes a durable job, before anybody is told so.

What becomes of the job afterwards is `studio.deliver`. The job's id is the interaction's, and so is idempotent: an
interaction that a gateway repeats finds the job that it made.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.forms import form_named
from generation.forms.brief import InvalidBriefError, validated, validated_seed
from generation.safety.briefs import SENTENCE, typed_unfit
from generation.wire.jobs import Job, PictureBrief, Terms
from studio.adapters.serving import chosen
from studio.errors import Refusal
from studio.pictures import briefs
from studio.store import jobs, messages
from studio.store.records import DEFAULT_WEIGHT, PICTURE, Delivered, JobRecord

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from studio.store import Store
    from studio.store.records import Wish

SEEDS = 2**31
FIRST_PART = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """How many unfinished jobs one member and one guild may have at a time."""

    per_member: int = 10
    per_guild: int = 500


@dataclass(frozen=True, slots=True)
class Request:
    """What one interaction asks for. A `seed` of None is derived from the job's id. `spoiler`: show it behind a veil. `drafts` (1 to
    3): so many texts to pick from.
    """

    job_id: str
    guild_id: int
    channel_id: int
    member_id: int
    application_id: int
    interaction_token: str
    brief: Wish
    seed: int | None
    parent: str | None
    asked_at: float
    spoiler: bool = False
    drafts: int = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """The job, and whether this request made it (`fresh`) or an earlier one of the same id did."""

    record: JobRecord
    fresh: bool


async def ask(store: Store, request: Request, limits: Limits) -> Asked:
    """Commit the job of `request`.

    Raises:
        Refusal: the brief breaks a rule, or too many jobs are unfinished; nothing was written.
        StoreUnavailable: it could not be written.
    """
    record = _record(request)

    def add(db: Connection) -> JobRecord | None:
        asked = record if record.kind == PICTURE else chosen(db, record)
        return jobs.add(db, asked, per_member=limits.per_member, per_guild=limits.per_guild)

    added = await store.write(add)
    if added is not None:
        return Asked(added, fresh=True)
    known = await store.read(lambda db: jobs.get(db, request.job_id))
    if known is not None:
        return Asked(known, fresh=False)
    of_member, _ = await store.read(lambda db: jobs.unfinished(db, request.guild_id, request.member_id))
    if of_member >= limits.per_member:
        raise Refusal(
            f"You have {of_member} pieces under way, and {limits.per_member} is the most; wait for one, or cancel one."
        )
    raise Refusal(
        f"{limits.per_guild} pieces are under way in this server, which is the most; try again later."
    )


async def acknowledged(store: Store, job_id: str, message_id: int, now: float) -> None:
    """Discord has the first answer, in the message `message_id`.

    Raises:
        StoreUnavailable: it could not be written; the job stays, and is looked for after a restart.
    """

    def acknowledge(db: Connection) -> None:
        record = jobs.get(db, job_id)
        if record is not None:
            jobs.acknowledge(db, job_id, message_id, now)
            messages.add(db, Delivered(job_id, FIRST_PART, record.channel_id, message_id))

    await store.write(acknowledge)


async def not_acknowledged(store: Store, job_id: str) -> None:
    """The first answer came too late or never: the member was told nothing, so there is no job.

    Raises:
        StoreUnavailable: it could not be written; the job stays, and is looked at after a restart.
    """
    await store.write(lambda db: jobs.remove(db, job_id))


def wire_job(record: JobRecord) -> Job:
    """What a generation host is told of the job: all it needs, and nothing of Discord but opaque keys."""
    brief = record.brief
    return Job(
        id=record.id,
        kind="picture" if isinstance(brief, PictureBrief) else "text",
        tenant=str(record.guild_id),
        member=str(record.member_id),
        asked_at=record.asked_at,
        brief=None if isinstance(brief, PictureBrief) else brief,
        picture=brief if isinstance(brief, PictureBrief) else None,
        seed=record.seed,
        terms=Terms(weight=record.weight),
        adapter=record.adapter,
        head=record.head,
        drafts=record.drafts,
    )


def seed_of(job_id: str) -> int:
    """The seed of a job that was given none: in [0, 2**31), the same each time."""
    return int.from_bytes(hashlib.sha256(job_id.encode()).digest()[:4]) % SEEDS


def _record(request: Request) -> JobRecord:
    """The job that `request` would be.

    Raises:
        Refusal: its brief or seed breaks a rule, or has a word in it that is not shown: what is written down is shown at once.
    """
    try:
        brief = _valid(request.brief)
        seed = seed_of(request.job_id) if request.seed is None else validated_seed(request.seed)
    except InvalidBriefError as error:
        raise Refusal(str(error)) from None
    if typed_unfit(brief):
        raise Refusal(SENTENCE)
    return JobRecord(
        id=request.job_id,
        guild_id=request.guild_id,
        channel_id=request.channel_id,
        member_id=request.member_id,
        kind=PICTURE if isinstance(brief, PictureBrief) else form_named(brief.form).kind,
        brief=brief,
        seed=seed,
        weight=DEFAULT_WEIGHT,
        parent=request.parent,
        application_id=request.application_id,
        interaction_token=request.interaction_token,
        asked_at=request.asked_at,
        spoiler=request.spoiler,
        drafts=request.drafts,
    )


def _valid(asked: Wish) -> Wish:
    """`asked` with its words cleaned.

    Raises:
        InvalidBriefError: it breaks a rule.
    """
    if isinstance(asked, PictureBrief):
        return briefs.validated(asked)
    return validated(
        asked.form, asked.theme, asked.tone, asked.length, move=asked.move, source=asked.source, must=asked.must,
        given=asked.given, language=asked.language, wish=asked.wish,
    )  # fmt: skip
