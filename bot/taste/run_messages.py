"""The message that shows a run in its channel: found again after a crash, alive while the run works, and told how it ended.

What happens to a run is `bot.taste.training`; that a message cannot be reached stops none.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import discord
import structlog

from bot.history import carries, find_ours
from bot.live import LiveMessage
from bot.pages import Attachment
from bot.shown import NO_PINGS, TRANSIENT, ShownMessage, Undeliverable
from bot.taste import buttons, cards
from studio.adapters import runs, versions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from studio.adapters.records import Folders, Version
    from studio.store import Store
    from studio.store.taste_records import Run

log = structlog.get_logger(__name__)

EDITED_FOR_S = 50 * 60.0  # Discord lets few edits through to messages that are older than an hour
PICTURE = "report.png"  # in the folder that a run worked in


class RunMessages:
    """Each run has one, or a second where the first is too old to be edited."""

    def __init__(
        self, client: discord.Client, store: Store, clock: Callable[[], float], folders: Folders
    ) -> None:
        self._client = client
        self._store = store
        self._clock = clock
        self._folders = folders

    async def begin(self, run: Run) -> LiveMessage | None:
        """The run's message as one that lives; None where its channel cannot be reached, which stops nothing."""
        content = cards.learning(run.kind, run.what)
        if run.message_id is None:
            run = replace(run, message_id=await self._left_behind(run))
        if run.message_id is None or self._clock() - run.asked_at > EDITED_FOR_S:
            run = replace(run, message_id=await self._post(run, content, buttons.while_learning(run.id)))
        if run.message_id is None:
            return None
        live = LiveMessage(
            self._message(run), run.id, self._clock, "", partial(buttons.while_learning, run.id)
        )
        live.say(content)
        return live

    async def _left_behind(self, run: Run) -> int | None:
        """The run's message, where we were cut off between posting it and writing that down; None where there is none."""
        channel = self._client.get_partial_messageable(run.channel_id or 0, guild_id=run.guild_id)
        mark = buttons.custom_id("stop", run.id)
        before = discord.Object(
            int(run.id) - 1
        )  # a run's id is its interaction's, which is older than any answer
        try:
            found = await find_ours(self._client, channel, before, lambda message: carries(message, mark))
        except (Undeliverable, *TRANSIENT) as error:
            log.info("run_message_not_looked_for", run=run.id, error=type(error).__name__)
            return None
        if found is not None:
            await runs.shown(self._store, run.id, channel.id, found)
        return found

    async def end(self, run: Run) -> None:
        """Say how a run ended, in its message, or in a new one where that is too old to be edited."""
        row = await runs.get(self._store, run.id)
        if row is None or row.ended_at is None:
            return
        content, view, files = await self._end_of(row)
        log.info("run_ended", run=row.id, state=row.state, took_s=round(row.ended_at - row.asked_at, 1))
        if row.message_id is not None and self._clock() - row.asked_at <= EDITED_FOR_S:
            try:
                channel = self._client.get_partial_messageable(row.channel_id or 0, guild_id=row.guild_id)
                message = channel.get_partial_message(row.message_id)
                await message.edit(
                    content=content,
                    view=view,
                    attachments=[file.opened() for file in files],
                    allowed_mentions=NO_PINGS,
                )
            except TRANSIENT as error:
                log.info("run_not_told", run=row.id, error=type(error).__name__)
            else:
                return
        await self._post(row, content, view, files)

    async def _end_of(self, run: Run) -> tuple[str, discord.ui.View, tuple[Attachment, ...]]:
        picker = await self._learnt_on_the_way(run)
        if run.result is None:
            said = cards.run_cancelled if run.state == "cancelled" else cards.run_failed
            content = said(run.kind, run.what, run.sentence or "", picker)
            return content, buttons.none(), await picture(self._folders, run)
        found = await versions.version(self._store, self._folders, run.guild_id, run.result)
        gates = versions.gates(found)
        if found.what == "head":
            missing = await runs.missing_for_adapter(self._store, found)
            return cards.head_learnt(found, missing), buttons.under_head(found, missing), ()
        content = cards.adapter_made(found, gates, picker)
        return content, buttons.under_adapter(found, gates), await picture(self._folders, run)

    async def _learnt_on_the_way(self, run: Run) -> Version | None:
        """The picker that a run for an adapter learnt first, where it serves."""
        if run.what != "adapter":
            return None
        for version in await versions.all_of(self._store, self._folders, run.guild_id):
            if version.what == "head" and version.snapshot == run.snapshot and version.state == "serving":
                return version
        return None

    async def _post(
        self, run: Run, content: str, view: discord.ui.View, files: Sequence[Attachment] = ()
    ) -> int | None:
        """A new message in the run's channel, remembered; None where it cannot be posted."""
        channel = self._client.get_partial_messageable(run.channel_id or 0, guild_id=run.guild_id)
        try:
            message = await channel.send(
                content, view=view, files=[file.opened() for file in files], allowed_mentions=NO_PINGS
            )
        except TRANSIENT as error:
            log.info("run_not_told", run=run.id, error=type(error).__name__)
            return None
        await runs.shown(self._store, run.id, message.channel.id, message.id)
        return message.id

    def _message(self, run: Run) -> ShownMessage:
        assert run.message_id is not None
        return ShownMessage(
            self._client, application_id=0, token="", token_dies_at=0.0, channel_id=run.channel_id or 0,
            guild_id=run.guild_id, message_id=run.message_id,
        )  # fmt: skip


async def picture(folders: Folders, run: Run) -> tuple[Attachment, ...]:
    """A run's report as a picture, where there is one."""
    try:
        data = await asyncio.to_thread((folders.training / run.id / PICTURE).read_bytes)
    except FileNotFoundError:
        return ()
    described = "The report of the training: its checks, its losses, and samples before and after"
    return (Attachment(data, PICTURE, described),)
