"""Reactions on our pieces, as they come and as they were while we were away.

Raw events only, so that old messages count; what a reaction means is the studio's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
import structlog
from discord.ext import commands

from bot.shown import TRANSIENT
from studio import react
from studio.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from bot.client import Renga

log = structlog.get_logger(__name__)

LOOK_BACK_S = 30 * 86_400.0
FRESH_S = 2 * 86_400.0  # so young that equal counts may hide a swap


class Reactions(commands.Cog):
    """Keeps the store's reactions equal to Discord's."""

    def __init__(self, bot: Renga) -> None:
        self.bot = bot

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """Somebody reacted."""
        await self._record(
            react.added(
                self.bot.store, payload.message_id, payload.user_id, str(payload.emoji), self.bot.clock(),
                own_id=self._me,
            )
        )  # fmt: skip

    @commands.Cog.listener()
    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        """Somebody took it back."""
        await self._record(
            react.removed(
                self.bot.store, payload.message_id, payload.user_id, str(payload.emoji), own_id=self._me
            )
        )

    @commands.Cog.listener()
    async def on_raw_reaction_clear(self, payload: discord.RawReactionClearEvent) -> None:
        """A moderator cleared all."""
        await self._record(react.cleared(self.bot.store, payload.message_id, None))

    @commands.Cog.listener()
    async def on_raw_reaction_clear_emoji(self, payload: discord.RawReactionClearEmojiEvent) -> None:
        """A moderator cleared one emoji."""
        await self._record(react.cleared(self.bot.store, payload.message_id, str(payload.emoji)))

    async def reconcile(self) -> None:
        """Make up for what was missed while away: after a new session, never after one that resumed."""
        now = self.bot.clock()
        by_channel: dict[int, dict[int, react.Known]] = {}
        for known in await react.recent_messages(self.bot.store, now - LOOK_BACK_S):
            by_channel.setdefault(known.channel_id, {})[known.message_id] = known
        changed = 0
        for channel_id, messages in by_channel.items():
            try:
                changed += await self._reconcile_channel(channel_id, messages, now)
            except TRANSIENT as error:
                log.info("reconcile_lost", channel=channel_id, error=type(error).__name__)
        log.info("reconciled", channels=len(by_channel), changed=changed)

    async def _reconcile_channel(self, channel_id: int, ours: dict[int, react.Known], now: float) -> int:
        channel = self.bot.get_channel(channel_id)
        if not isinstance(channel, discord.TextChannel | discord.Thread):
            return 0  # gone or unavailable: that purges nothing
        allowed = channel.permissions_for(channel.guild.me)
        if not (allowed.view_channel and allowed.read_message_history):
            return 0  # an empty answer would look like many removals
        changed = 0
        oldest = discord.Object(min(ours) - 1)
        async for message in channel.history(limit=None, after=oldest, oldest_first=True):
            known = ours.get(message.id)
            if known is None:
                continue
            counts = {str(reaction.emoji): reaction.count - reaction.me for reaction in message.reactions}
            young = now - message.created_at.timestamp() < FRESH_S
            if young or {emoji: count for emoji, count in counts.items() if count} != dict(known.counts):
                changed += await self._reconcile_message(message, known, now)
        return changed

    async def _reconcile_message(self, message: discord.Message, known: react.Known, now: float) -> int:
        seen: dict[str, set[int]] = {emoji: set() for emoji in known.counts}
        for reaction in message.reactions:
            emoji = str(reaction.emoji)
            try:
                users = {
                    user.id async for user in reaction.users(limit=None, type=discord.ReactionType.normal)
                }
                if reaction.burst_count:
                    users |= {
                        user.id async for user in reaction.users(limit=None, type=discord.ReactionType.burst)
                    }
            except TRANSIENT:
                seen.pop(emoji, None)  # what could not be fetched changes nothing
                continue
            seen[emoji] = users - {self._me}
        added, removed = await react.reconcile(self.bot.store, message.id, seen, now)
        return added + removed

    async def _record(self, change: Awaitable[object]) -> None:
        try:
            await change
        except StoreUnavailable:
            log.warning("reaction_missed")  # the next reconciliation finds it

    @property
    def _me(self) -> int:
        assert self.bot.user is not None
        return self.bot.user.id
