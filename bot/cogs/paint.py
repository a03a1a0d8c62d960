"""`/picture`, `/mix`, `/morph`: pictures from a member's words, or from earlier pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.apology import apologise
from generation.forms.brief import InvalidBriefError, validated_seed
from generation.forms.pictures import STYLES
from generation.wire.jobs import PICTURES_LIMIT, STEPS_LEAST, STEPS_LIMIT
from studio import ask
from studio.errors import Refusal, StoreUnavailable
from studio.pictures import briefs, recent

if TYPE_CHECKING:
    from bot.client import Renga
    from generation.wire.jobs import PictureBrief

MOST_CHOICES = 25

DESCRIBED = {
    "style": "How it is drawn or painted; leave it out for any",
    "seed": "The same seed and words give the same again",
    "spoiler": "Hide it until somebody clicks",
}
TWO = {"first": "A theme, or an earlier picture from the list", "second": "The other theme or picture"}

Count = app_commands.Range[int, 1, PICTURES_LIMIT]
Steps = app_commands.Range[int, STEPS_LEAST, STEPS_LIMIT]


class Paint(commands.Cog):
    """The three commands that make pictures."""

    def __init__(self, bot: Renga) -> None:
        self.bot = bot

    @app_commands.command(name="picture", description="Make stickers or abstract paintings from a few words")
    @app_commands.describe(theme="What is to be seen", count="How many, to choose from", **DESCRIBED)
    async def picture(
        self, interaction: discord.Interaction[Renga], theme: str, style: str = "",
        count: Count = briefs.USUAL_COUNT, seed: int | None = None, spoiler: bool = False,
    ) -> None:  # fmt: skip
        """Pictures of a theme."""
        try:
            brief = briefs.new(theme, style, count, seed=_seed(interaction, seed))
            await self._begin(interaction, brief, seed, spoiler)
        except (InvalidBriefError, Refusal) as error:
            await apologise(interaction, error)

    @app_commands.command(name="mix", description="Go from one idea or picture to another in a few steps")
    @app_commands.describe(**TWO, steps="How many pictures the way has", **DESCRIBED)
    async def mix(
        self, interaction: discord.Interaction[Renga], first: str, second: str, steps: Steps = briefs.USUAL_STEPS,
        style: str = "", seed: int | None = None, spoiler: bool = False,
    ) -> None:  # fmt: skip
        """A strip between two spots."""
        try:
            one, other = await self._starts(interaction, first, second, style, seed)
            brief = briefs.mix(one.spot, other.spot, steps)
            await self._begin(interaction, brief, seed, spoiler or one.veiled or other.veiled)
        except (InvalidBriefError, Refusal) as error:
            await apologise(interaction, error)

    @app_commands.command(name="morph", description="A moving picture between two ideas or pictures")
    @app_commands.describe(**TWO, **DESCRIBED)
    async def morph(
        self, interaction: discord.Interaction[Renga], first: str, second: str, style: str = "",
        seed: int | None = None, spoiler: bool = False,
    ) -> None:  # fmt: skip
        """A moving picture between two spots."""
        try:
            one, other = await self._starts(interaction, first, second, style, seed)
            brief = briefs.morph(one.spot, other.spot)
            await self._begin(interaction, brief, seed, spoiler or one.veiled or other.veiled)
        except (InvalidBriefError, Refusal) as error:
            await apologise(interaction, error)

    @picture.autocomplete("style")
    @mix.autocomplete("style")
    @morph.autocomplete("style")
    async def _styles(
        self, _interaction: discord.Interaction[Renga], current: str
    ) -> list[app_commands.Choice[str]]:
        return styles(current)

    @mix.autocomplete("first")
    @mix.autocomplete("second")
    @morph.autocomplete("first")
    @morph.autocomplete("second")
    async def _pictures(
        self, interaction: discord.Interaction[Renga], current: str
    ) -> list[app_commands.Choice[str]]:
        try:
            offers = await recent.offers(self.bot.store, _asker(interaction), current, MOST_CHOICES)
        except StoreUnavailable:
            return []
        return [app_commands.Choice(name=offer.label, value=offer.token) for offer in offers]

    async def _starts(
        self, interaction: discord.Interaction[Renga], first: str, second: str, style: str, seed: int | None
    ) -> tuple[recent.Start, recent.Start]:
        """The two ends; what is typed as themes begins from one seed, so that the way between is smooth."""
        asker, usual = _asker(interaction), _seed(interaction, seed)
        one = await recent.start(self.bot.store, asker, first, style=style, seed=usual)
        other = await recent.start(self.bot.store, asker, second, style=style, seed=usual)
        return one, other

    async def _begin(
        self, interaction: discord.Interaction[Renga], brief: PictureBrief, seed: int | None, spoiler: bool
    ) -> None:
        await self.bot.runs.begin(interaction, brief, seed=_seed(interaction, seed), spoiler=spoiler)


def styles(typed: str) -> list[app_commands.Choice[str]]:
    """The styles whose name or title has what was typed so far, those that begin with it first."""
    typed = typed.strip().casefold()
    found = [style for style in STYLES.values() if typed in style.name or typed in style.title.casefold()]
    found.sort(key=lambda style: not style.name.startswith(typed))
    return [
        app_commands.Choice(name=f"{style.title}: {style.description}"[:100], value=style.name)
        for style in found[:MOST_CHOICES]
    ]


def _seed(interaction: discord.Interaction[Renga], typed: int | None) -> int:
    """The seed that was typed, or the interaction's own.

    Raises:
        InvalidBriefError: it is no seed.
    """
    return ask.seed_of(str(interaction.id)) if typed is None else validated_seed(typed)


def _asker(interaction: discord.Interaction[Renga]) -> recent.Asker:
    assert interaction.guild_id is not None
    assert interaction.channel_id is not None
    return recent.Asker(interaction.guild_id, interaction.channel_id, interaction.user.id)
