"""Flag and Report in a message's menu, and `/review`, the queue of what was reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.apology import apologise
from bot.taste import reviewing
from studio.errors import Refusal

if TYPE_CHECKING:
    from bot.client import Renga


class Moderation(commands.Cog):
    """What is wrong with a piece, said by members and by moderators."""

    def __init__(self, bot: Renga) -> None:
        self.bot = bot
        self._flag = app_commands.ContextMenu(name="Flag", callback=self.flag)
        self._flag.default_permissions = discord.Permissions(manage_messages=True)
        self._report = app_commands.ContextMenu(name="Report", callback=self.report)

    async def cog_load(self) -> None:
        """A cog does not add menus by itself."""
        for menu in (self._flag, self._report):
            self.bot.tree.add_command(menu)

    async def flag(self, interaction: discord.Interaction[Renga], message: discord.Message) -> None:
        """A moderator says no to a piece."""
        try:
            await reviewing.add(interaction, message, "flag")
        except Refusal as refusal:
            await apologise(interaction, refusal)

    async def report(self, interaction: discord.Interaction[Renga], message: discord.Message) -> None:
        """A member asks moderators to look."""
        try:
            await reviewing.add(interaction, message, "report")
        except Refusal as refusal:
            await apologise(interaction, refusal)

    @app_commands.command(name="review", description="What members have reported, one after another")
    @app_commands.default_permissions(manage_messages=True)
    @app_commands.guild_only()
    async def review(self, interaction: discord.Interaction[Renga]) -> None:
        """The report that has waited longest."""
        try:
            await reviewing.show(interaction)
        except Refusal as refusal:
            await apologise(interaction, refusal)
