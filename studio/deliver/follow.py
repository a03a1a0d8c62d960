"""Bringing a job to its ending through whatever happens to the host meanwhile.

Each round looks first whether the store knows the ending, and offers the job to the host otherwise: submission is
idempotent, so that a lost connection, a restarted host and a restarted bot are all the same case. The store's commit
decides which ending is the one; the host is told to let go after it.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from generation.forms.prompts import turns
from generation.wire import events
from generation.wire.errors import BadAnswer, Conflict, Full, Refused, UnknownJob, Unreachable
from studio.ask import wire_job
from studio.deliver import told
from studio.deliver.shown import let_go
from studio.deliver.updates import (
    CalledOff,
    Crowded,
    Growing,
    HostAway,
    Made,
    NotMade,
    Waiting,
    Working,
)
from studio.pictures import capture
from studio.pictures.forget import forget_unspoken
from studio.store import creations, jobs, reactions
from studio.store.records import Creation, Draft

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from sqlalchemy import Connection

    from generation.wire.client import GenerationClient
    from generation.wire.jobs import Job
    from studio.deliver.updates import Ending, Update
    from studio.store import Store
    from studio.store.records import JobRecord, Outcome

log = structlog.get_logger(__name__)

TOKEN_LIFE_S = 15 * 60.0  # Discord's, for an interaction's token
TEXT = ("text/plain", "text/plain; charset=utf-8")
MOST_DEATHS = 8  # of the host while it was at one job, before the job is taken for the cause
OWN_WORDS = ("invalid", "too_long", "deadline", "unsafe")  # failures that need no look into a log


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait between two tries, in seconds: doubled from `first` to `longest`, half of it by chance.

    A host without room says itself when it may have some; it is asked then, or after `crowded` if that is sooner.
    """

    first: float = 0.25
    longest: float = 5.0
    crowded: float = 15.0

    def after(self, tries: int) -> float:
        """The pause after so many tries in a row that came to nothing, from 1."""
        whole = min(self.longest, self.first * 2.0 ** min(tries - 1, 16))
        return whole * random.uniform(0.5, 1.0)  # noqa: S311 - spreads callers, guards nothing

    def until_room(self, eta_s: float, tries: int) -> float:
        """The pause after a host had no room for so many tries in a row, and expects some in `eta_s`."""
        said = min(eta_s, self.crowded) * random.uniform(0.75, 1.0)  # noqa: S311 - as above
        return max(said, self.after(tries))


USUAL = Pace()


async def follow(
    store: Store,
    generation: GenerationClient,
    record: JobRecord,
    clock: Callable[[], float],
    pace: Pace = USUAL,
) -> AsyncIterator[Update]:
    """Yield what can be told of a job, and at last its one ending, which is committed before it is yielded.

    A job that has ended already, in this or another life of the process, yields that ending alone.

    Raises:
        StoreUnavailable: the ending could not be read or written; the host keeps the result, so call again.
    """
    attempt = _Attempt(store, generation, record, clock)
    away_since: float | None = None
    tries = 0  # in a row, that came to nothing
    crowded = 0  # tries in a row for which there was no room
    deaths = 0
    while True:
        ending = await stored_ending(store, record.id)
        if ending is not None:
            await let_go(generation, record.id, cancel=isinstance(ending, CalledOff))
            await forget_unspoken(
                store
            )  # what was written for a commit that failed, before the job ended otherwise
            yield ending
            return
        if tries:
            await asyncio.sleep(pace.after(tries))
        try:
            async for update in attempt.run():
                away_since, tries, crowded = None, 0, 0
                yield update
            tries += 1
        except Full as error:
            away_since, tries, crowded = None, 0, crowded + 1
            yield Crowded(error.eta_s, error.limit)
            await asyncio.sleep(
                pace.until_room(error.eta_s, crowded)
            )  # then look first whether it was cancelled
        except (Unreachable, UnknownJob, BadAnswer) as error:
            tries += 1
            log.info("host_lost", job=record.id, error=type(error).__name__, why=str(error), tries=tries)
            if tries == 1:
                continue  # it may be no more than a closed connection
            if away_since is None:
                away_since = clock()
                deaths += attempt.was_working
            if deaths == MOST_DEATHS:
                await attempt.give_up()
            else:
                yield HostAway(away_since)


def _note(artifact: events.Artifact, missing: int) -> str | None:
    """What is told of how it was made, and that there are fewer drafts than were asked for."""
    fewer = "The other drafts came to the same, or to nothing." if missing else None
    return " ".join(filter(None, (told.note(artifact.meta), fewer))) or None


async def _whole(work: Coroutine[Any, Any, None]) -> None:
    """Do `work` to its end though the caller is cancelled meanwhile: a half would leave files that nothing speaks of."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


async def stored_ending(store: Store, job_id: str) -> Ending | None:
    """How the job ended, or None while it has not. One that is not there any more was called off."""

    def look(db: Connection) -> Ending | None:
        job = jobs.get(db, job_id)
        if job is None:
            return CalledOff()
        if job.outcome is None:
            return None
        if job.outcome == "failed":
            return NotMade(job.sentence or "", job.reference)
        made = creations.get(db, job_id) if job.outcome == "made" else None
        return CalledOff() if made is None else Made(made)

    return await store.read(look)


class _Attempt:
    """One job, offered to a host and read until its stream ends; again and again."""

    def __init__(
        self, store: Store, generation: GenerationClient, record: JobRecord, clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._generation = generation
        self._record = record
        self._job: Job = wire_job(record)
        self._clock = clock
        self._started_at: float | None = None
        self.was_working = False  # the engine had begun when the stream broke
        self._token_is_kept = bool(record.interaction_token)

    async def run(self) -> AsyncIterator[Update]:
        """Offer the job and yield what the host says of it, until an ending is committed or the stream stops.

        Raises:
            Full, Unreachable, UnknownJob, BadAnswer: try again later.
        """
        await self._forget_token_when_dead()
        try:
            await self._generation.put(self._job)
        except Refused as error:
            await self._fail(str(error))
            return
        except Conflict:
            await self._break("the host has another job of this id")
            return
        self.was_working = False
        artifacts: list[events.Artifact] = []
        async for numbered in self._generation.events(self._job.id):
            await self._forget_token_when_dead()
            match numbered.event:
                case events.Queued(position=position, eta_s=eta_s):
                    yield Waiting(position, eta_s)
                case events.Started():
                    self._started_at = self._clock()
                    self.was_working = True
                    yield Working()
                case events.Preview(text=text):
                    yield Growing(text)
                case events.Artifact() as artifact:
                    artifacts.append(artifact)
                case events.Done() as done:
                    await self._make(done, artifacts)
                case events.Failed(kind=kind, sentence=sentence):
                    if kind in OWN_WORDS:
                        await self._fail(sentence)
                    else:
                        await self._break(kind, sentence)
                case events.Cancelled():
                    await self._end("cancelled")

    async def give_up(self) -> None:
        """The host died each time that it was at this job: others wait behind it."""
        await self._break("the host died each time", "Making this stopped the model each time it was tried.")

    async def _make(self, done: events.Done, artifacts: list[events.Artifact]) -> None:
        """Fetch what was made and commit it."""
        if self._job.picture is not None:
            await self._make_pictures(done, artifacts)
        else:
            await self._make_text(done, artifacts)

    async def _make_text(self, done: events.Done, artifacts: list[events.Artifact]) -> None:
        record, brief = self._record, self._job.text_brief
        if not 1 <= len(artifacts) <= record.drafts or any(each.mime not in TEXT for each in artifacts):
            await self._break("the host made something other than the texts that were asked for")
            return
        drafts = tuple([await self._draft(part, each) for part, each in enumerate(artifacts)])
        artifact, first = artifacts[0], drafts[0]
        head, picked_of = told.picked(artifact.meta)
        made = Creation(
            id=record.id, guild_id=record.guild_id, channel_id=record.channel_id, member_id=record.member_id,
            kind=record.kind, form=brief.form, brief=brief, text=first.text, mime=artifact.mime,
            digest=first.digest, prompt=turns(brief)[-1].text, seed=done.seed, sampling=self._job.sampling,
            model=done.model, adapter=done.adapter, parent=record.parent, made_at=self._clock(), usage=done.usage,
            note=_note(artifact, record.drafts - len(drafts)), kept=first.kept, reasons=first.reasons, head=head,
            picked_of=picked_of, drafts=drafts if len(drafts) > 1 else (),
        )  # fmt: skip
        await self._commit(made)

    async def _draft(self, part: int, artifact: events.Artifact) -> Draft:
        data = await self._fetch(artifact)
        # NUL is the one character that PostgreSQL cannot keep.
        text = data.decode("utf-8", errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
        return Draft(part, text, artifact.digest, *told.form(artifact.meta))

    async def _make_pictures(self, done: events.Done, artifacts: list[events.Artifact]) -> None:
        """Fetch the pictures, write their files, then commit: what the store speaks of is on disk."""
        brief = self._job.picture_brief
        try:
            found = capture.ordered(brief, artifacts)
            data = [await self._fetch(artifact) for artifact in found]
            # decoded in a thread: a picture of the largest size takes its time
            made = await asyncio.to_thread(
                capture.creation, self._record, self._job, done, found, data, self._clock()
            )
        except capture.NotPicturesError as error:
            await self._break(str(error))
            return
        await _whole(self._keep_pictures(made, data))

    async def _keep_pictures(self, made: Creation, data: list[bytes]) -> None:
        files = self._store.pictures
        async with files.lock:
            for picture, each in zip(made.pictures, data, strict=True):
                await files.keep(picture.digest, picture.mime, each)
            committed = await self._commit(made)
            if committed:
                files.unspoken.difference_update(picture.digest for picture in made.pictures)
        if not committed:
            await forget_unspoken(self._store)

    async def _fetch(self, artifact: events.Artifact) -> bytes:
        try:
            return await self._generation.artifact(artifact.digest)
        except (UnknownJob, BadAnswer):
            await self._generation.ack(self._job.id)  # it lost what it made; made again, it has it again
            raise

    async def _commit(self, made: Creation) -> bool:
        """End the job with what was made, unless it ended otherwise. Whether this did."""
        started_at = self._started_at

        def keep(db: Connection) -> bool:
            ended = jobs.end(db, made.id, "made", started_at=started_at)
            if ended:
                creations.add(db, made)
            return ended

        return await self._store.write(keep)

    async def _break(self, why: str, sentence: str = "Something went wrong while making this.") -> None:
        """A failure that an operator should look at."""
        reference = hashlib.sha256(self._record.id.encode()).hexdigest()[:8]
        log.error("job_broke", job=self._record.id, reference=reference, why=why)
        await self._fail(sentence, reference)

    async def _fail(self, sentence: str, reference: str | None = None) -> None:
        await self._end("failed", sentence, reference)

    async def _end(self, outcome: Outcome, sentence: str | None = None, reference: str | None = None) -> None:
        job_id, started_at = self._record.id, self._started_at

        def end(db: Connection) -> None:
            if jobs.end(db, job_id, outcome, sentence=sentence, reference=reference, started_at=started_at):
                reactions.clear_job(db, job_id)

        await self._store.write(end)

    async def _forget_token_when_dead(self) -> None:
        """The token is a secret that opens nothing any more once Discord has let it expire."""
        if self._token_is_kept and self._clock() - self._record.asked_at >= TOKEN_LIFE_S:
            await self._store.write(lambda db: jobs.forget_token(db, self._record.id))
            self._token_is_kept = False
