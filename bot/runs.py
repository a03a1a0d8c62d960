"""Every job on its way: from an interaction to a durable job to a piece in the channel, and again after a crash.

The rules (what a brief may be, who may cancel, what an event means) are the studio's; the words are `bot.cards`';
this file joins them to Discord's interactions.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import structlog

from bot import cards, views
from bot.apology import new_reference
from bot.delivery import Delivery, until_done
from bot.live import FAR, FAR_EVERY_S, PLACE_EVERY_S, TEXT_EVERY_S, LiveMessage
from bot.shown import NO_PINGS, TOKEN_LIFE_S, TRANSIENT, ShownMessage, Undeliverable, Withdrawn
from studio import ask, deliver
from studio.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from generation.wire.client import GenerationClient
    from generation.wire.jobs import Brief
    from studio.store import Store
    from studio.store.records import JobRecord

log = structlog.get_logger(__name__)

ALREADY_ANSWERED = 40060
TOO_LATE = 10062
ANSWER_WITHIN_S = 3.0
RETRY_S = (1.0, 2.0, 5.0, 15.0, 60.0)

WANTED = {
    "View Channel": discord.Permissions(view_channel=True),
    "Send Messages": discord.Permissions(send_messages=True),
    "Read Message History": discord.Permissions(read_message_history=True),
    "Add Reactions": discord.Permissions(add_reactions=True),
}


class UnsureError(Exception):
    """Discord may or may not have taken an acknowledgement, and cannot be asked just now."""


class Runs:
    """The jobs that this process is bringing to an end, one task each."""

    def __init__(
        self, client: discord.Client, store: Store, generation: GenerationClient, clock: Callable[[], float],
        limits: ask.Limits,
    ) -> None:  # fmt: skip
        self._client = client
        self._store = store
        self._generation = generation
        self._clock = clock
        self._limits = limits
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._live: dict[str, LiveMessage] = {}
        self._by_message: dict[int, str] = {}

    @property
    def running(self) -> int:
        """How many jobs are on their way."""
        return len(self._tasks)

    async def begin(
        self,
        interaction: discord.Interaction[Any],
        brief: Brief,
        *,
        seed: int | None = None,
        parent: str | None = None,
    ) -> None:
        """Write the wish down, then say so, then start it; the interaction's id is the job's.

        Raises:
            Refusal: the wish breaks a rule; nothing was written.
            StoreUnavailable: it could not be written.
        """
        assert interaction.guild_id is not None
        assert interaction.channel_id is not None
        asked_at = self._clock()
        request = ask.Request(
            job_id=str(interaction.id), guild_id=interaction.guild_id, channel_id=interaction.channel_id,
            member_id=interaction.user.id, application_id=interaction.application_id,
            interaction_token=interaction.token, brief=brief, seed=seed, parent=parent, asked_at=asked_at,
        )  # fmt: skip
        asked = await ask.ask(self._store, request, self._limits)
        if not asked.fresh:  # a gateway that resumed told us twice
            log.info("interaction_repeated", job=asked.record.id)
            return
        content = cards.waiting(asked.record.brief, notes=_missing(interaction.app_permissions))
        try:
            message_id = await self._answer(interaction, content, asked_at)
        except discord.HTTPException:
            await ask.not_acknowledged(
                self._store, asked.record.id
            )  # the member hears of the failure, not of a job
            raise
        if message_id is None:
            await ask.not_acknowledged(self._store, asked.record.id)
            log.warning("answered_too_late", job=asked.record.id)
            return
        await self._acknowledged(asked.record, message_id, content)

    async def resume(self) -> None:
        """Take up what an earlier life of this process left unfinished."""
        for record in await deliver.unsettled(self._store):
            if record.id in self._tasks:
                continue
            if record.message_id is not None:
                self._launch(record, "", resumed=True)
            else:
                self._track(
                    record.id, asyncio.create_task(self._find_answer(record), name=f"find-{record.id}")
                )

    async def cancel(self, job_id: str, *, by_member: int, is_moderator: bool) -> None:
        """Call a job off.

        Raises:
            Refusal: it is somebody else's, or over.
        """
        await deliver.cancel(
            self._store, self._generation, job_id, by_member=by_member, is_moderator=is_moderator
        )

    async def message_deleted(self, message_id: int) -> bool:
        """A message is gone; if it showed a running job, the job is dropped. Whether it did."""
        job_id = self._by_message.get(message_id)
        if job_id is None:
            return False
        if live := self._live.get(job_id):
            live.gone.set()
        await deliver.withdrawn(self._store, job_id, self._generation)
        log.info("job_withdrawn", job=job_id)
        if task := self._tasks.get(job_id):
            task.cancel()
        return True

    async def close(self) -> None:
        """Stop following; what is unfinished is taken up by the next life."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(
        self, interaction: discord.Interaction[Any], content: str, asked_at: float
    ) -> int | None:
        """Acknowledge within three seconds. The message's id, or None when the interaction is lost."""
        view = views.while_waiting(str(interaction.id))
        while True:
            try:
                said = await interaction.response.send_message(content, view=view, allowed_mentions=NO_PINGS)
            except discord.HTTPException as error:
                if error.code == TOO_LATE:
                    return None
                if error.code != ALREADY_ANSWERED and error.status < 500:
                    raise
            except (aiohttp.ClientError, OSError) as error:
                log.warning("answer_unsure", job=str(interaction.id), error=type(error).__name__)
            else:
                return said.message_id
            unsure = False
            message_id = None
            try:
                message_id = await self._original(interaction.application_id, interaction.token)
            except TRANSIENT as error:
                unsure = True
                log.warning("original_unsure", job=str(interaction.id), error=type(error).__name__)
            if message_id is not None:
                return message_id
            if self._clock() - asked_at > ANSWER_WITHIN_S:
                if unsure:
                    raise UnsureError
                return None
            await asyncio.sleep(0.2)

    async def _original(self, application_id: int, token: str) -> int | None:
        """The id of the interaction's first answer, or None when there is none."""
        webhook = discord.Webhook.partial(application_id, token, client=self._client)
        try:
            message = await webhook.fetch_message("@original")  # type: ignore[arg-type]
        except discord.HTTPException as error:
            if error.status < 500:
                return None
            raise
        return message.id

    async def _find_answer(self, record: JobRecord) -> None:
        """A job whose acknowledgement may or may not have been sent before the process died."""

        async def act() -> None:
            message_id = None
            if record.interaction_token:
                message_id = await self._original(record.application_id, record.interaction_token)
            if message_id is None:
                await ask.not_acknowledged(self._store, record.id)
                log.info("never_acknowledged", job=record.id)
                return
            self._untrack(record.id)
            await self._acknowledged(record, message_id, "")

        await until_done(act, record.id)

    async def _acknowledged(self, record: JobRecord, message_id: int, content: str) -> None:
        now = self._clock()
        await ask.acknowledged(self._store, record.id, message_id, now)
        record = replace(record, message_id=message_id, acknowledged_at=now)
        log.info("job_asked", job=record.id, kind=record.kind, form=record.brief.form, guild=record.guild_id)
        self._launch(record, content, resumed=False)

    def _launch(self, record: JobRecord, content: str, *, resumed: bool) -> None:
        task = asyncio.create_task(self._run(record, content, resumed=resumed), name=f"run-{record.id}")
        self._track(record.id, task)

    def _track(self, job_id: str, task: asyncio.Task[None]) -> None:
        self._tasks[job_id] = task
        task.add_done_callback(lambda done: self._ended(job_id, done))

    def _untrack(self, job_id: str) -> None:
        self._tasks.pop(job_id, None)

    def _ended(self, job_id: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(job_id) is task:
            self._untrack(job_id)
        if not task.cancelled() and (error := task.exception()):
            log.error("run_broke", job=job_id, exc_info=error)

    async def _run(self, record: JobRecord, content: str, *, resumed: bool) -> None:
        """Follow one job to its end, and begin again where something passing got in the way."""
        assert record.message_id is not None
        self._by_message[record.message_id] = record.id
        shown = ShownMessage(
            self._client, application_id=record.application_id, token=record.interaction_token,
            token_dies_at=record.asked_at + TOKEN_LIFE_S, channel_id=record.channel_id, guild_id=record.guild_id,
            message_id=record.message_id,
        )  # fmt: skip
        tries = 0
        try:
            while True:
                try:
                    await self._follow(record, shown, content, resumed=resumed or tries > 0)
                except Withdrawn:
                    await deliver.withdrawn(self._store, record.id, self._generation)
                    log.info("job_withdrawn", job=record.id)
                    return
                except Undeliverable as error:
                    await deliver.undeliverable(self._store, record.id, str(error))
                    log.warning("job_undeliverable", job=record.id, why=str(error))
                    return
                except StoreUnavailable:
                    log.warning("store_away", job=record.id)
                except Exception:
                    reference = new_reference()
                    log.exception("run_failed", job=record.id, reference=reference)
                    if tries >= len(RETRY_S):
                        raise
                else:
                    return
                await asyncio.sleep(RETRY_S[min(tries, len(RETRY_S) - 1)])
                tries += 1
        finally:
            self._by_message.pop(record.message_id, None)

    async def _follow(self, record: JobRecord, shown: ShownMessage, content: str, *, resumed: bool) -> None:
        live = self._live[record.id] = LiveMessage(shown, record.id, self._clock, content)
        brief = record.brief
        end: deliver.Update | None = None
        try:
            async for update in deliver.follow(self._store, self._generation, record, self._clock):
                if live.gone.is_set():
                    raise Withdrawn
                match update:
                    case deliver.Waiting(position=position, eta_s=eta_s):
                        every_s = PLACE_EVERY_S if position <= FAR else FAR_EVERY_S
                        live.say(cards.waiting(brief, position, eta_s), every_s=every_s)
                    case deliver.Crowded(eta_s=eta_s):
                        live.say(cards.full(brief, eta_s))
                    case deliver.HostAway():
                        live.say(cards.away(brief))
                    case deliver.Working():
                        live.say(cards.beginning(brief))
                    case deliver.Growing(text=text):
                        live.say(cards.growing(brief, text), every_s=TEXT_EVERY_S)
                    case _:
                        end = update
        finally:
            self._live.pop(record.id, None)
            await live.close()
        if live.gone.is_set():
            raise Withdrawn
        await self._show_end(record, shown, end, resumed=resumed)

    async def _show_end(
        self, record: JobRecord, shown: ShownMessage, end: deliver.Update | None, *, resumed: bool
    ) -> None:
        match end:
            case deliver.Made(creation=creation):
                await Delivery(self._store, shown, record, creation, self._clock, resumed=resumed).run()
                log.info("job_delivered", job=record.id, took_s=round(self._clock() - record.asked_at, 3))
                return
            case deliver.NotMade(sentence=sentence, reference=reference):
                content = cards.not_made(record.brief, sentence, reference)
            case _:
                content = cards.cancelled(record.brief)

        async def act() -> None:
            await shown.edit(content, views.when_not_made(record.id), now=self._clock())

        await until_done(act, record.id)
        await deliver.settled(self._store, record.id, self._clock())
        log.info("job_settled", job=record.id, end=type(end).__name__)


def _missing(permissions: discord.Permissions) -> Sequence[str]:
    """What the bot would need here and lacks, as a note for the people who can give it."""
    lacking = [label for label, wanted in WANTED.items() if not wanted <= permissions]
    return [f"I lack {', '.join(lacking)} here; a moderator can give it."] if lacking else []
