"""`/poem`, `/script`, `/story`: a brief from a member's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.apology import apologise
from generation.forms import forms_of
from generation.forms.brief import InvalidBriefError, validated, validated_seed
from studio.errors import Refusal

if TYPE_CHECKING:
    from bot.client import Renga

Length = Literal["short", "medium", "long"]
Range = app_commands.Range

DEFAULT_FORM = {"verse": "free verse", "script": "scene", "story": "short story"}

DESCRIBED = {
    "theme": "What it is about",
    "form": "Which form; leave it out for the usual one",
    "tone": "How it should feel, in a word or two",
    "length": "How long",
    "seed": "The same seed and brief give the same text again",
}


class Write(commands.Cog):
    """The three commands that write."""

    def __init__(self, bot: Renga) -> None:
        self.bot = bot

    @app_commands.command(name="poem", description="Write a poem together with the model")
    @app_commands.describe(**DESCRIBED)
    async def poem(
        self, interaction: discord.Interaction[Renga], theme: str, form: str | None = None, tone: str = "",
        length: Length = "medium", seed: int | None = None,
    ) -> None:  # fmt: skip
        """A poem."""
        await self._write(interaction, "verse", theme, form, tone, length, seed)

    @app_commands.command(name="script", description="Write a scene for the stage or the screen")
    @app_commands.describe(**DESCRIBED)
    async def script(
        self, interaction: discord.Interaction[Renga], theme: str, form: str | None = None, tone: str = "",
        length: Length = "medium", seed: int | None = None,
    ) -> None:  # fmt: skip
        """A script."""
        await self._write(interaction, "script", theme, form, tone, length, seed)

    @app_commands.command(name="story", description="Write a short story")
    @app_commands.describe(**DESCRIBED)
    async def story(
        self, interaction: discord.Interaction[Renga], theme: str, form: str | None = None, tone: str = "",
        length: Length = "medium", seed: int | None = None,
    ) -> None:  # fmt: skip
        """A story."""
        await self._write(interaction, "story", theme, form, tone, length, seed)

    @poem.autocomplete("form")
    async def _poem_forms(
        self, _interaction: discord.Interaction[Renga], current: str
    ) -> list[app_commands.Choice[str]]:
        return choices("verse", current)

    @script.autocomplete("form")
    async def _script_forms(
        self, _interaction: discord.Interaction[Renga], current: str
    ) -> list[app_commands.Choice[str]]:
        return choices("script", current)

    @story.autocomplete("form")
    async def _story_forms(
        self, _interaction: discord.Interaction[Renga], current: str
    ) -> list[app_commands.Choice[str]]:
        return choices("story", current)

    async def _write(
        self, interaction: discord.Interaction[Renga], kind: str, theme: str, form: str | None, tone: str,
        length: Length, seed: int | None,
    ) -> None:  # fmt: skip
        try:
            brief = validated(form or DEFAULT_FORM[kind], theme, tone, length, kind=kind)
            checked = None if seed is None else validated_seed(seed)
            await interaction.client.runs.begin(interaction, brief, seed=checked)
        except (InvalidBriefError, Refusal) as error:
            await apologise(interaction, error)


def choices(kind: str, typed: str) -> list[app_commands.Choice[str]]:
    """Up to 25 forms of a kind whose name has what was typed so far, those that begin with it first."""
    typed = typed.strip().casefold()
    found = [form for form in forms_of(kind) if typed in form.name]
    found.sort(key=lambda form: not form.name.startswith(typed))
    return [
        app_commands.Choice(name=f"{form.title}: {form.description}"[:100], value=form.name)
        for form in found[:25]
    ]
