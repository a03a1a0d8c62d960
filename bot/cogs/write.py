"""`/poem`, `/script`, `/story`: a brief from a member's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.apology import apologise
from generation.forms import forms_of
from generation.forms.brief import InvalidBriefError, asked, validated_seed
from generation.wire.jobs import DRAFTS_LIMIT
from studio.errors import Refusal

if TYPE_CHECKING:
    from bot.client import Renga
    from generation.forms.form import FormKind

Length = Literal["short", "medium", "long"]
Drafts = app_commands.Range[int, 1, DRAFTS_LIMIT]

DESCRIBED = {
    "theme": "What it is about, in your own words; form, mood and words to include may be said in it",
    "form": "Which form; leave it out for the usual one",
    "tone": "How it should feel, in a word or two",
    "length": "How long",
    "must": "Words to include, with commas",
    "seed": "The same seed and brief give the same text again",
    "drafts": "How many to choose from, where it should be more than one",
}
LINE = "The word that an acrostic spells, or the line for a golden shovel or a found line"


class Write(commands.Cog):
    """The three commands that write."""

    def __init__(self, bot: Renga) -> None:
        self.bot = bot

    @app_commands.command(name="poem", description="Write a poem together with the model")
    @app_commands.describe(line=LINE, **DESCRIBED)
    async def poem(
        self, interaction: discord.Interaction[Renga], theme: str, form: str = "", tone: str = "",
        length: Length | None = None, must: str = "", line: str = "", seed: int | None = None,
        drafts: Drafts = 1,
    ) -> None:  # fmt: skip
        """A poem."""
        await self._write(interaction, "verse", theme, form, tone, length, must, line, seed, drafts)

    @app_commands.command(name="script", description="Write a scene for the stage or the screen")
    @app_commands.describe(**DESCRIBED)
    async def script(
        self, interaction: discord.Interaction[Renga], theme: str, form: str = "", tone: str = "",
        length: Length | None = None, must: str = "", seed: int | None = None, drafts: Drafts = 1,
    ) -> None:  # fmt: skip
        """A script."""
        await self._write(interaction, "script", theme, form, tone, length, must, "", seed, drafts)

    @app_commands.command(name="story", description="Write a short story")
    @app_commands.describe(**DESCRIBED)
    async def story(
        self, interaction: discord.Interaction[Renga], theme: str, form: str = "", tone: str = "",
        length: Length | None = None, must: str = "", seed: int | None = None, drafts: Drafts = 1,
    ) -> None:  # fmt: skip
        """A story."""
        await self._write(interaction, "story", theme, form, tone, length, must, "", seed, drafts)

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
        self, interaction: discord.Interaction[Renga], kind: FormKind, theme: str, form: str, tone: str,
        length: Length | None, must: str, line: str, seed: int | None, drafts: int,
    ) -> None:  # fmt: skip
        try:
            brief = asked(kind, theme, form=form, tone=tone, length=length or "", must=must, line=line)
            checked = None if seed is None else validated_seed(seed)
            await interaction.client.runs.begin(interaction, brief, seed=checked, drafts=drafts)
        except (InvalidBriefError, Refusal) as error:
            await apologise(interaction, error)


def choices(kind: str, typed: str) -> list[app_commands.Choice[str]]:
    """Up to 25 forms of a kind that are called something with what was typed so far, those that begin with it first."""
    typed = typed.strip().casefold()
    found = [form for form in forms_of(kind) if any(typed in name for name in (form.name, *form.aliases))]
    found.sort(key=lambda form: not any(name.startswith(typed) for name in (form.name, *form.aliases)))
    return [
        app_commands.Choice(name=f"{form.title}: {form.description}"[:100], value=form.name)
        for form in found[:25]
    ]
