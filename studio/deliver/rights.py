"""Who may stop a job, and who may delete a piece or a picked picture: who asked for it, and moderators."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from generation.wire.errors import WireError
from studio.errors import Refusal
from studio.pictures.forget import forget
from studio.store import jobs, pictures, reactions

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from generation.wire.client import GenerationClient
    from studio.store import Store
    from studio.store.records import JobRecord

log = structlog.get_logger(__name__)

HOST_ANSWERS_S = 1.5  # a member waits for the click's answer, which Discord takes within three seconds
GONE = "I no longer know this piece; it may have been deleted."


async def cancel(
    store: Store, generation: GenerationClient, job_id: str, *, by_member: int, is_moderator: bool
) -> None:
    """Call a waiting or running job off. Whoever follows it sees it end as `CalledOff`, and lets the host forget it.

    Raises:
        Refusal: it is somebody else's, or it is over.
        StoreUnavailable: it could not be written, so it goes on.
    """

    def call_off(db: Connection) -> None:
        _may(jobs.get(db, job_id), by_member, is_moderator=is_moderator, what="cancel")
        if not jobs.end(db, job_id, "cancelled"):
            raise Refusal("It is too late to cancel this: it is finished.")
        reactions.clear_job(db, job_id)

    await store.write(call_off)
    try:
        async with asyncio.timeout(HOST_ANSWERS_S):
            await generation.cancel(job_id)
    except (WireError, TimeoutError) as error:
        log.info("host_not_told", job=job_id, error=type(error).__name__)


async def delete_creation(store: Store, creation_id: str, *, by_member: int, is_moderator: bool) -> None:
    """Forget a piece, the job that made it, its files, its messages and their reactions. Discord's messages are the bot's.

    Raises:
        Refusal: it is somebody else's, or it is not finished.
        StoreUnavailable: it could not be written, so it is kept.
    """

    def remove(db: Connection) -> set[str]:
        job = _may(jobs.get(db, creation_id), by_member, is_moderator=is_moderator, what="delete")
        if job.outcome is None:
            raise Refusal("This is not finished; cancel it instead.")
        digests = {picture.digest for picture in pictures.of_creation(db, creation_id)}
        jobs.remove(db, creation_id)
        return digests

    await forget(store, await store.write(remove))


async def may_delete_picked(
    store: Store, job_id: str, *, by_member: int, picker: int | None, is_moderator: bool
) -> None:
    """See that a member may delete a message that shows one picture of a piece: who picked it may, too.

    Raises:
        Refusal: it is somebody else's.
        StoreUnavailable: it could not be read.
    """
    if is_moderator or by_member == picker:
        return
    job = await store.read(lambda db: jobs.get(db, job_id))
    if job is None or by_member != job.member_id:
        raise Refusal("Only who picked this, who asked for it, or a moderator can delete it.")


def _may(job: JobRecord | None, member: int, *, is_moderator: bool, what: str) -> JobRecord:
    if job is None:
        raise Refusal(GONE)
    if member != job.member_id and not is_moderator:
        raise Refusal(f"Only the member who asked for this, or a moderator, can {what} it.")
    return job
