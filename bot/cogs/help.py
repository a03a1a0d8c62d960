"""`/help` and `/forms`: what there is, in messages that only the asker sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards import MESSAGE_LIMIT
from generation.forms import forms_of
from generation.forms.pictures import STYLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.client import Renga
    from generation.forms.form import Form

COMMANDS = (("poem", "verse"), ("script", "script"), ("story", "story"))
NEEDS = {"": "", "word": "needs a word, as `line`", "line": "needs a line, as `line`"}


class Help(commands.Cog):
    """The commands that also work in the bot's own direct messages."""

    def __init__(self, bot: Renga) -> None:
        self.bot = bot

    @app_commands.command(name="help", description="What I can make, and how to ask")
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def help(self, interaction: discord.Interaction[Renga]) -> None:
        """The help text."""
        lines = ["I write and paint with you, on this server's own hardware. Tell me a theme:"]
        for command, kind in COMMANDS:
            names = ", ".join(form.name for form in forms_of(kind))
            lines.append(f"**/{command}** `theme` · forms: {names}")
        lines.append(
            "Say it in your own words: “a funny haiku about rain, with the word hum” is understood, and the card shows how."
            " **/forms** tells what each form is."
        )
        lines.append("**/picture** `theme` · **/mix** and **/morph** two themes or earlier pictures")
        lines.append(f"styles: {', '.join(STYLES)}")
        lines.append(
            "Under each piece: **Again** makes another, **Vary** stays close, **Continue** goes on from it, **Shorter** and"
            " **Warmer** do as they say, **Adjust** changes it as you ask, **Edit brief** starts anew."
            " Under pictures, a number shows that one large; **Make emoji** and **Make sticker** keep it in this server."
        )
        lines.append(
            "React with 👍 or 👎, so that the server's taste can be seen; **/privacy** says what that means for you, and **/adapters**"
            " lets who manages the server have me learn from it."
        )
        await interaction.response.send_message("\n".join(lines), ephemeral=True)

    @app_commands.command(name="forms", description="Every form that I can write, and what it needs")
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def forms(self, interaction: discord.Interaction[Renga]) -> None:
        """The forms, in as many messages as they need."""
        first, *more = pages([line for command, kind in COMMANDS for line in told(command, forms_of(kind))])
        await interaction.response.send_message(first, ephemeral=True)
        for page in more:
            await interaction.followup.send(page, ephemeral=True)


def told(command: str, forms: Sequence[Form]) -> list[str]:
    """The forms of a command, a line each: what it is, what else it is called, what it needs."""
    return [f"**/{command}**", *(_line(form) for form in forms)]


def _line(form: Form) -> str:
    aside = [NEEDS[form.given]]
    if form.ask_zh:
        aside.append("needs a model that writes Chinese" if form.language == "zh" else "also in Chinese")
    tail = "".join(f" · *{said}*" for said in aside if said)
    names = " ".join([form.name, *(alias for alias in form.aliases if not alias.isascii())][:2])
    return f"- {names}: {form.description}{tail}"


def pages(lines: Sequence[str]) -> list[str]:
    """`lines` in as few messages as they fit into; none is cut."""
    found = [""]
    for line in lines:
        if len(found[-1]) + 1 + len(line) > MESSAGE_LIMIT:
            found.append("")
        found[-1] = f"{found[-1]}\n{line}" if found[-1] else line
    return found
