"""Every job on its way: from an interaction to a durable job to a piece in the channel, and again after a crash.

The rules (what a brief may be, who may cancel, what an event means) are the studio's; the words are `bot.cards`';
this file joins them to Discord's interactions.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import discord
import structlog

from bot import answers, cards, views
from bot.apology import new_reference, tell
from bot.delivery import Delivery, until_done
from bot.live import FAR, FAR_EVERY_S, PLACE_EVERY_S, TEXT_EVERY_S, LiveMessage
from bot.shown import TOKEN_LIFE_S, TRANSIENT, ShownMessage, Undeliverable, Withdrawn
from studio import ask, deliver
from studio.errors import Refusal, StoreUnavailable
from studio.store.records import PICTURE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from generation.wire.client import GenerationClient
    from studio.pages import Press
    from studio.store import Store
    from studio.store.records import JobRecord, Wish

log = structlog.get_logger(__name__)

T = TypeVar("T")

RETRY_S = (1.0, 2.0, 5.0, 15.0, 60.0)
STORE_AGAIN_S = 2.0
NOT_SHOWN = "This could not be shown here."

WANTED = {
    "View Channel": discord.Permissions(view_channel=True),
    "Send Messages": discord.Permissions(send_messages=True),
    "Read Message History": discord.Permissions(read_message_history=True),
    "Add Reactions": discord.Permissions(add_reactions=True),
    "Attach Files": discord.Permissions(attach_files=True),
}


class Runs:
    """The jobs that this process is bringing to an end, one task each."""

    def __init__(
        self, client: discord.Client, store: Store, generation: GenerationClient, clock: Callable[[], float],
        limits: ask.Limits, press: Press | None, made: Callable[[int, str, int], None],
    ) -> None:  # fmt: skip
        """`press` sets the pages that go with pieces; without one there are none. `made` is told the server, the kind and the
        channel of each text that is shown.
        """
        self._client = client
        self._store = store
        self._generation = generation
        self._clock = clock
        self._limits = limits
        self._press = press
        self._made = made
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._live: dict[str, LiveMessage] = {}
        self._by_message: dict[int, str] = {}
        self._beginning: set[str] = set()

    @property
    def running(self) -> int:
        """How many jobs are on their way."""
        return len(self._tasks)

    async def begin(
        self,
        interaction: discord.Interaction[Any],
        brief: Wish,
        *,
        seed: int | None = None,
        parent: str | None = None,
        spoiler: bool = False,
        drafts: int = 1,
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
            spoiler=spoiler, drafts=drafts,
        )  # fmt: skip
        self._beginning.add(request.job_id)
        try:
            await self._begin(interaction, request)
        finally:
            self._beginning.discard(request.job_id)

    async def _begin(self, interaction: discord.Interaction[Any], request: ask.Request) -> None:
        asked = await ask.ask(self._store, request, self._limits)
        record = asked.record
        if not asked.fresh:  # a gateway that resumed told us twice
            log.info("interaction_repeated", job=record.id)
            return
        content = cards.waiting(record.brief)
        try:
            message_id = await answers.give(interaction, content, views.while_waiting(record.id), self._clock)
        except answers.UnsureError:
            self._track(record.id, self._find_answer(record))
            return
        except discord.HTTPException:
            await self.insist(lambda: ask.not_acknowledged(self._store, record.id))
            raise  # the member hears of the failure, not of a job
        if message_id is None:
            log.warning("answered_too_late", job=record.id)
            await self.insist(lambda: ask.not_acknowledged(self._store, record.id))
            return
        self._launch(record, message_id, content)
        if note := _missing(interaction.app_permissions):
            await tell(interaction, note)

    def show_again(self, interaction: discord.Interaction[Any], record: JobRecord) -> None:
        """Show what a job made once more, in the message that was pressed, as if it had just been made; nobody is told of it."""
        assert interaction.message is not None
        if record.id in self._tasks:  # pressed twice
            return
        pressed = replace(
            record, application_id=interaction.application_id, interaction_token=interaction.token,
            asked_at=self._clock(), message_id=interaction.message.id, notified=True,
        )  # fmt: skip
        self._track(record.id, self._run(pressed, "", resumed=True))

    async def resume(self) -> None:
        """Take up what an earlier life of this process left unfinished."""
        for record in await self.insist(lambda: deliver.unsettled(self._store)):
            if record.id in self._tasks or record.id in self._beginning:
                continue
            if record.message_id is not None:
                self._track(record.id, self._run(record, "", resumed=True))
            else:
                self._track(record.id, self._find_answer(record))

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

    async def _find_answer(self, record: JobRecord) -> None:
        """A job whose acknowledgement may or may not have been sent before something broke."""
        found: list[int | None] = []

        async def act() -> None:
            found.append(await answers.look_for(self._client, record))

        try:
            await until_done(act, record.id)
        except (Undeliverable, discord.HTTPException) as error:
            log.warning("answer_never_found", job=record.id, error=str(error))
            await self.insist(partial(deliver.undeliverable, self._store, record.id, str(error)))
            return
        if found[0] is None:
            await self.insist(lambda: ask.not_acknowledged(self._store, record.id))
            log.info("never_acknowledged", job=record.id)
            return
        await self._run(replace(record, message_id=found[0]), "", resumed=False)

    async def insist(self, act: Callable[[], Awaitable[T]]) -> T:
        """Do `act` until the store takes it: what it says is known already, and must not be lost."""
        while True:
            try:
                return await act()
            except StoreUnavailable:
                log.warning("store_away")
            await asyncio.sleep(STORE_AGAIN_S)

    def _launch(self, record: JobRecord, message_id: int, content: str) -> None:
        log.info("job_asked", job=record.id, kind=record.kind, form=record.form, guild=record.guild_id)
        self._track(record.id, self._run(replace(record, message_id=message_id), content, resumed=False))

    def _track(self, job_id: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=f"job-{job_id}")
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
        message_id = record.message_id
        assert message_id is not None
        self._by_message[message_id] = record.id
        shown = ShownMessage(
            self._client, application_id=record.application_id, token=record.interaction_token,
            token_dies_at=record.asked_at + TOKEN_LIFE_S, channel_id=record.channel_id, guild_id=record.guild_id,
            message_id=message_id,
        )  # fmt: skip
        tries = 0
        try:
            if record.acknowledged_at is None:
                now = self._clock()
                await self.insist(lambda: ask.acknowledged(self._store, record.id, message_id, now))
            while True:
                try:
                    await self._follow(record, shown, content, resumed=resumed or tries > 0)
                except Withdrawn:
                    await self.insist(lambda: deliver.withdrawn(self._store, record.id, self._generation))
                    log.info("job_withdrawn", job=record.id)
                    return
                except Undeliverable as error:
                    why = str(error)
                    await self.insist(partial(deliver.undeliverable, self._store, record.id, why))
                    log.warning("job_undeliverable", job=record.id, why=why)
                    return
                except StoreUnavailable:
                    log.warning("store_away", job=record.id)
                except Exception:
                    reference = new_reference()
                    log.exception("run_failed", job=record.id, reference=reference)
                    if tries >= len(RETRY_S):
                        await self._give_up(record, shown, reference)
                        return
                else:
                    return
                await asyncio.sleep(RETRY_S[min(tries, len(RETRY_S) - 1)])
                tries += 1
        finally:
            self._by_message.pop(message_id, None)

    async def _give_up(self, record: JobRecord, shown: ShownMessage, reference: str) -> None:
        """Say that it could not be shown, and end it, if nothing else did; what was made stays in the store."""
        content = cards.not_made(record.brief, NOT_SHOWN, reference)
        try:
            await shown.edit(content, views.when_not_made(record), now=self._clock())
        except (Withdrawn, Undeliverable, *TRANSIENT) as error:
            log.warning("not_told", job=record.id, error=type(error).__name__)
        now = self._clock()
        await self.insist(
            partial(deliver.given_up, self._store, record.id, NOT_SHOWN, reference, now, self._generation)
        )

    async def _follow(self, record: JobRecord, shown: ShownMessage, content: str, *, resumed: bool) -> None:
        live = self._live[record.id] = LiveMessage(
            shown, record.id, self._clock, content, partial(views.while_waiting, record.id)
        )
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
                    case deliver.Crowded(eta_s=eta_s, limit=limit):
                        live.say(cards.full(brief, eta_s, limit))
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
                try:
                    await Delivery(
                        self._store, shown, record, creation, self._clock, press=self._press, resumed=resumed
                    ).run()
                except Refusal as refusal:  # it is made, and cannot be shown here
                    content = cards.not_made(record.brief, str(refusal), None)
                else:
                    log.info("job_delivered", job=record.id, took_s=round(self._clock() - record.asked_at, 3))
                    if record.kind != PICTURE and not creation.is_open:
                        self._made(record.guild_id, record.kind, record.channel_id)
                    return
            case deliver.NotMade(sentence=sentence, reference=reference):
                content = cards.not_made(record.brief, sentence, reference)
            case _:
                content = cards.cancelled(record.brief)

        async def act() -> None:
            await shown.edit(content, views.when_not_made(record), now=self._clock())

        await until_done(act, record.id)
        await deliver.settled(self._store, record.id, self._clock())
        log.info("job_settled", job=record.id, end=type(end).__name__)


def _missing(permissions: discord.Permissions) -> str:
    """What the bot would need here and lacks, for the people who can give it; nothing where it lacks nothing."""
    lacking = [label for label, wanted in WANTED.items() if not wanted <= permissions]
    return f"In this channel I lack {', '.join(lacking)}; a moderator can give it." if lacking else ""
