"""`/privacy`: what is kept of a member, in servers and in the bot's direct messages."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.apology import apologise
from bot.taste import buttons, kept, verbs
from studio import consent
from studio.errors import Refusal

if TYPE_CHECKING:
    from bot.client import Renga


@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
class Privacy(
    commands.GroupCog, name="privacy", description="What I keep of you, and what may be learnt from it"
):
    """What members decide for themselves. All answers are theirs alone."""

    def __init__(self, bot: Renga) -> None:
        self.bot = bot

    @app_commands.command(name="status", description="What I keep of you, and whether your votes count")
    async def status(self, interaction: discord.Interaction[Renga]) -> None:
        """In numbers."""
        if interaction.guild_id is None:
            content = kept.everywhere(await consent.export(self.bot.store, interaction.user.id))
        else:
            found = await consent.status(self.bot.store, interaction.user.id, interaction.guild_id)
            content = kept.status(found)
        await interaction.response.send_message(content, ephemeral=True)

    @app_commands.command(name="opt-in", description="Let your votes and picks in this server teach me")
    async def opt_in(self, interaction: discord.Interaction[Renga]) -> None:
        """Yes, in this server."""
        try:
            await verbs.count(interaction, buttons.HERE)
        except Refusal as refusal:
            await apologise(interaction, refusal)

    @app_commands.command(name="opt-out", description="Your votes show, and teach nothing")
    async def opt_out(self, interaction: discord.Interaction[Renga]) -> None:
        """No, in this server; said to the bot directly, in all of them."""
        store, member_id, now = self.bot.store, interaction.user.id, self.bot.clock()
        if interaction.guild_id is not None:
            guilds = [interaction.guild_id]
        else:
            known = await consent.export(store, member_id)
            guilds = [chosen["guild_id"] for chosen in known["choices"] if chosen["choice"] == "opt_in"]
        for guild_id in guilds:
            await consent.choose(store, member_id, guild_id, "opt_out", now)
        await interaction.response.send_message(
            kept.opted_out(everywhere=interaction.guild_id is None), ephemeral=True
        )

    @app_commands.command(name="export", description="All that I keep of you, as a file")
    async def export(self, interaction: discord.Interaction[Renga]) -> None:
        """As JSON, packed where Discord would not take it otherwise."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        known = await consent.export(self.bot.store, interaction.user.id)
        try:
            name, data = await asyncio.to_thread(kept.exported, known, interaction.filesize_limit)
        except Refusal as refusal:
            await apologise(interaction, refusal)
            return
        file = discord.File(io.BytesIO(data), name, description="All that Renga keeps of you, as JSON")
        await interaction.edit_original_response(content=kept.EXPORTED, attachments=[file])

    @app_commands.command(name="delete", description="Forget all that I keep of you, everywhere")
    async def delete(self, interaction: discord.Interaction[Renga]) -> None:
        """Ask first: it cannot be taken back."""
        known = await consent.export(self.bot.store, interaction.user.id)
        await interaction.response.send_message(
            kept.forgetting(known), view=buttons.these(buttons.HERE, "forget"), ephemeral=True
        )
