"""What happens to messages that show our pieces, when others delete them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord.ext import commands

from bot.cogs.reactions import Reactions
from studio import react

if TYPE_CHECKING:
    import discord

    from bot.client import Renga


class Pieces(commands.Cog):
    """A member's deletion of a result is final: it is never posted again."""

    def __init__(self, bot: Renga) -> None:
        self.bot = bot

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """One message was deleted."""
        await self._deleted(payload.message_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Many were, by a moderator."""
        for message_id in payload.message_ids:
            await self._deleted(message_id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A channel was deleted, and every message in it, of which Discord says nothing."""
        await self.channel_deleted(channel.id)
        # its threads went with it, and of those that were archived Discord says nothing
        if isinstance(reactions := self.bot.get_cog("Reactions"), Reactions):
            reactions.reconcile()

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """A thread was, and every message in it."""
        await self.channel_deleted(payload.thread_id)

    async def channel_deleted(self, channel_id: int) -> None:
        """Whatever we showed there is gone."""
        for message_id in await react.shown_in(self.bot.store, channel_id):
            await self._deleted(message_id)

    async def _deleted(self, message_id: int) -> None:
        if not await self.bot.runs.message_deleted(message_id):
            await react.message_deleted(self.bot.store, message_id)
