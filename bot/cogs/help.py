"""`/help`: what there is, in one message that only the asker sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from generation.forms import forms_of
from generation.forms.pictures import STYLES

if TYPE_CHECKING:
    from bot.client import Renga


class Help(commands.Cog):
    """The one command that also works in the bot's own direct messages."""

    def __init__(self, bot: Renga) -> None:
        self.bot = bot

    @app_commands.command(name="help", description="What I can make, and how to ask")
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def help(self, interaction: discord.Interaction[Renga]) -> None:
        """The help text."""
        lines = ["I write and paint with you, on this server's own hardware. Tell me a theme:"]
        for command, kind in (("poem", "verse"), ("script", "script"), ("story", "story")):
            names = ", ".join(form.name for form in forms_of(kind))
            lines.append(f"**/{command}** `theme` · forms: {names}")
        lines.append("**/picture** `theme` · **/mix** and **/morph** two themes or earlier pictures")
        lines.append(f"styles: {', '.join(STYLES)}")
        lines.append(
            "Under each piece: **Again** makes another, **Vary** stays close, **Continue** goes on from it."
            " Under pictures, a number shows that one large; **Make emoji** and **Make sticker** keep it in this server."
        )
        lines.append("React with 👍 or 👎, so that the server's taste can be seen.")
        await interaction.response.send_message("\n".join(lines), ephemeral=True)
