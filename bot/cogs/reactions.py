"""Reactions on our pieces, as they come and as they were while we were away.

Raw events only, so that old messages count; what a reaction means is the studio's.
"""

from __future__ import annotations

import asyncio
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
BATCH = 100  # messages a request, Discord's most
AFTER_OUTAGE_S = 60.0
UNKNOWN_CHANNEL = 10_003  # Discord's code, where others say that a message is gone, or that we may not look


class Reactions(commands.Cog):
    """Keeps the store's reactions equal to Discord's."""

    def __init__(self, bot: Renga) -> None:
        self.bot = bot
        self._reconciling: asyncio.Task[None] | None = None

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """Somebody reacted."""
        emoji, now = key(payload.emoji), self.bot.clock()
        await self._record(
            react.added(self.bot.store, payload.message_id, payload.user_id, emoji, now, own_id=self._me)
        )

    @commands.Cog.listener()
    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        """Somebody took it back."""
        emoji = key(payload.emoji)
        await self._record(
            react.removed(self.bot.store, payload.message_id, payload.user_id, emoji, own_id=self._me)
        )

    @commands.Cog.listener()
    async def on_raw_reaction_clear(self, payload: discord.RawReactionClearEvent) -> None:
        """A moderator cleared all."""
        await self._record(react.cleared(self.bot.store, payload.message_id, None))

    @commands.Cog.listener()
    async def on_raw_reaction_clear_emoji(self, payload: discord.RawReactionClearEmojiEvent) -> None:
        """A moderator cleared one emoji."""
        await self._record(react.cleared(self.bot.store, payload.message_id, key(payload.emoji)))

    def reconcile(self, after_s: float = 0.0) -> None:
        """Make up for what was missed, in the background: after a new session, never after one that resumed.

        A newer pass replaces an older one, whose lists are stale.
        """
        if self._reconciling is not None:
            self._reconciling.cancel()
        self._reconciling = self.bot.chore(self._reconcile(after_s), "reconcile")

    async def _reconcile(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        now = self.bot.clock()
        by_channel: dict[int, dict[int, react.Known]] = {}
        for known in await react.recent_messages(self.bot.store, now - LOOK_BACK_S):
            by_channel.setdefault(known.channel_id, {})[known.message_id] = known
        changed = 0
        for channel_id, messages in by_channel.items():
            try:
                changed += await self._reconcile_channel(channel_id, messages, now)
            except (discord.ClientException, *TRANSIENT) as error:
                if getattr(error, "code", None) == UNKNOWN_CHANNEL:  # it was deleted while we were away
                    for message_id in await react.shown_in(self.bot.store, channel_id):
                        changed += await react.message_deleted(self.bot.store, message_id)
                    continue
                log.info("reconcile_lost", channel=channel_id, error=type(error).__name__)
        log.info("reconciled", channels=len(by_channel), changed=changed)

    async def _reconcile_channel(self, channel_id: int, ours: dict[int, react.Known], now: float) -> int:
        """Go from piece to piece, a hundred messages at a time, and never through what lies between them."""
        channel = self.bot.get_channel(channel_id) or await self.bot.fetch_channel(channel_id)
        if not isinstance(
            channel, discord.TextChannel | discord.Thread | discord.VoiceChannel | discord.StageChannel
        ):
            return 0
        allowed = channel.permissions_for(channel.guild.me)
        if not (allowed.view_channel and allowed.read_message_history):
            return 0  # an empty answer would look like many removals
        changed = 0
        pending = sorted(ours)
        while pending:
            before_it = discord.Object(pending[0] - 1)
            batch = [
                found async for found in channel.history(limit=BATCH, after=before_it, oldest_first=True)
            ]
            if not batch:
                break  # nothing can be told from nothing
            for message in batch:
                if (known := ours.get(message.id)) is not None and self._may_differ(message, known, now):
                    changed += await self._reconcile_message(message, known, now)
            there = {message.id for message in batch}
            for message_id in [each for each in pending if each <= batch[-1].id and each not in there]:
                changed += await react.message_deleted(self.bot.store, message_id)
            pending = [each for each in pending if each > batch[-1].id]
        return changed

    def _may_differ(self, message: discord.Message, known: react.Known, now: float) -> bool:
        counts = {key(reaction.emoji): reaction.count - reaction.me for reaction in message.reactions}
        young = now - message.created_at.timestamp() < FRESH_S
        return young or {emoji: count for emoji, count in counts.items() if count} != dict(known.counts)

    async def _reconcile_message(self, message: discord.Message, known: react.Known, now: float) -> int:
        seen: dict[str, set[int]] = {emoji: set() for emoji in known.counts}
        for reaction in message.reactions:
            emoji = key(reaction.emoji)
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
            log.warning("reaction_missed")
            self.reconcile(AFTER_OUTAGE_S)

    @property
    def _me(self) -> int:
        assert self.bot.user is not None
        return self.bot.user.id


def key(emoji: discord.PartialEmoji | discord.Emoji | str) -> str:
    """What an emoji is kept under: itself, or a custom one's id, since its name can change."""
    if isinstance(emoji, str):
        return emoji
    return str(emoji.id or emoji.name)
