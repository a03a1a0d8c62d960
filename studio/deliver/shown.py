"""What Discord was told of a job: its messages, its ending, and that it is never to be shown again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from generation.wire.errors import UnknownJob, WireError
from studio.pictures.forget import forget
from studio.store import creations, jobs, messages, pictures, reactions
from studio.store.records import Delivered

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from generation.wire.client import GenerationClient
    from studio.store import Store
    from studio.store.records import Creation, JobRecord


log = structlog.get_logger(__name__)

HOST_ANSWERS_S = 10.0


async def asked(store: Store, job_id: str) -> JobRecord | None:
    """The job, or None when there is none (any more)."""
    return await store.read(lambda db: jobs.get(db, job_id))


async def creation(store: Store, job_id: str) -> Creation | None:
    """The piece that the job made, or None when there is none (any more)."""
    return await store.read(lambda db: creations.get(db, job_id))


async def unsettled(store: Store) -> list[JobRecord]:
    """The jobs that still owe somebody a message: what to take up at the start, oldest first."""
    return await store.read(jobs.unsettled)


async def posted(store: Store, job_id: str, part: int, channel_id: int, message_id: int) -> None:
    """Remember the message that shows a part. Doing it twice is doing it once; so is it for a deleted job."""
    shown = Delivered(job_id, part, channel_id, message_id)
    await store.write(lambda db: messages.add(db, shown))


async def picked(store: Store, job_id: str, picture: int, channel_id: int, message_id: int) -> None:
    """Remember a message that shows one picture of a job alone, so that reactions on it count. Twice is once."""
    await store.write(lambda db: messages.add_pick(db, job_id, picture, channel_id, message_id))


async def picked_message(store: Store, job_id: str, picture: int) -> int | None:
    """The newest message that shows one picture of a job alone and was not deleted, or None."""
    shown = await store.read(lambda db: messages.of_job(db, job_id))
    standing = [each.message_id for each in shown if each.picture == picture and not each.deleted]
    return max(standing, default=None)


async def posted_parts(store: Store, job_id: str) -> dict[int, int]:
    """The message of each part that was posted, those deleted since among them: no part is posted twice."""
    shown = await store.read(lambda db: messages.of_job(db, job_id))
    return {each.part: each.message_id for each in shown}


async def settled(store: Store, job_id: str, now: float) -> None:
    """The job's ending was shown; nothing is owed, and the interaction's token is forgotten."""
    await store.write(lambda db: jobs.settle(db, job_id, now))


async def notified(store: Store, job_id: str) -> None:
    """The member who waited long was told."""
    await store.write(lambda db: jobs.notify(db, job_id))


async def withdrawn(store: Store, job_id: str, generation: GenerationClient) -> None:
    """The job's message was deleted before its ending was shown: it is never shown, and nothing of it is kept.

    A host that is still at it is told to stop; one that cannot be reached learns of it when `follow` meets it again.
    """

    def withdraw(db: Connection) -> set[str]:
        if not jobs.never_show(db, job_id, "withdrawn"):
            return set()
        digests = {picture.digest for picture in pictures.of_creation(db, job_id)}
        creations.remove(db, job_id)
        reactions.clear_job(db, job_id)
        return digests

    await forget(store, await store.write(withdraw))
    await let_go(generation, job_id, cancel=True)


async def undeliverable(store: Store, job_id: str, why: str) -> None:
    """The job's channel can no longer be reached. `why` is one sentence for the operator."""
    await store.write(lambda db: jobs.never_show(db, job_id, "undeliverable", why))


async def given_up(
    store: Store, job_id: str, sentence: str, reference: str, now: float, generation: GenerationClient
) -> None:
    """Bringing the job to an end, or showing it, failed again and again: it is over. What was made stays."""

    def end(db: Connection) -> bool:
        ended = jobs.end(db, job_id, "failed", sentence=sentence, reference=reference)
        jobs.settle(db, job_id, now)
        return ended

    if await store.write(end):
        await let_go(generation, job_id, cancel=True)


async def let_go(generation: GenerationClient, job_id: str, *, cancel: bool) -> None:
    """Tell the host that nobody waits for the job's result any more, so that it may forget it.

    `cancel` stops one that is still running. A host that does not answer within `HOST_ANSWERS_S` is left alone.
    """
    try:
        async with asyncio.timeout(HOST_ANSWERS_S):
            if cancel:
                await generation.cancel(job_id)
                async for _ in generation.events(job_id):  # it is over at the engine's next step
                    pass
            await generation.ack(job_id)
    except UnknownJob:
        pass  # it has forgotten it already
    except (WireError, TimeoutError) as error:
        log.info("host_not_told", job=job_id, error=type(error).__name__)
