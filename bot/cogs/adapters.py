"""`/adapters`: a server's own taste, for those who may manage it. Parse, one call, render."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.apology import apologise
from bot.shown import NO_PINGS
from bot.taste import buttons, cards, trial_cards, trying, verbs
from bot.taste.run_messages import picture
from studio import consent
from studio.adapters import rights, runs, serving, trials, versions
from studio.adapters.overview import overview
from studio.errors import Refusal, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from bot.client import Renga
    from studio.store.taste_records import What

MOST_CHOICES = 25
Kind = Literal["verse", "script", "story"]
Learner = Literal["picker", "adapter"]
WHAT: dict[str, What] = {"picker": "head", "adapter": "adapter"}

KIND = "Which texts: verse (/poem), script (/script) or story (/story)"
LEARNER = "picker: keeps the best of a few drafts, learnt in a minute. adapter: changes what is written, takes longer"
VERSION = "A version from the list"


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class Adapters(
    commands.GroupCog, name="adapters", description="This server's own taste: what is learnt and what serves"
):
    """What moderators do about their server's taste."""

    def __init__(self, bot: Renga) -> None:
        self.bot = bot

    @app_commands.command(
        name="enable", description="What learning from this server's reactions means, and a way to turn it on"
    )
    async def enable(self, interaction: discord.Interaction[Renga]) -> None:
        """The disclosure first; nothing changes before it is confirmed."""
        await self._or_sentence(interaction, self._enable(interaction))

    async def _enable(self, interaction: discord.Interaction[Renga]) -> None:
        rights.must_manage(verbs.actor(interaction))
        if await consent.is_enabled(self.bot.store, verbs.guild_of(interaction)):
            content, view = cards.ALREADY_ON, buttons.these(buttons.HERE, "off")
        else:
            content, view = cards.ASKING, buttons.these(buttons.HERE, "on", "keepoff")
        await interaction.response.send_message(content, view=view, ephemeral=True)

    @app_commands.command(
        name="list", description="What serves, what is known of this server's taste, and what is missing"
    )
    async def list_(self, interaction: discord.Interaction[Renga]) -> None:
        """Everything in one look."""
        await self._or_sentence(interaction, self._list(interaction))

    async def _list(self, interaction: discord.Interaction[Renga]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await overview(
            self.bot.store,
            self.bot.folders,
            verbs.guild_of(interaction),
            verbs.actor(interaction),
            self.bot.clock(),
        )
        await interaction.edit_original_response(content=cards.overview(found), allowed_mentions=NO_PINGS)

    @app_commands.command(
        name="show", description="What one version learnt, how it was checked, and what can be done with it"
    )
    @app_commands.describe(version=VERSION)
    async def show(self, interaction: discord.Interaction[Renga], version: str) -> None:
        """One version."""
        await self._or_sentence(interaction, self._show(interaction, version))

    async def _show(self, interaction: discord.Interaction[Renga], digest: str) -> None:
        rights.must_manage(verbs.actor(interaction))
        found = await versions.version(self.bot.store, self.bot.folders, verbs.guild_of(interaction), digest)
        gates = versions.gates(found)
        run = await runs.that_made(self.bot.store, found.guild_id, found.digest)
        await interaction.response.send_message(
            cards.shown(found, gates),
            view=buttons.of_version(found, gates),
            files=[] if run is None else [file.opened() for file in await picture(self.bot.folders, run)],
            ephemeral=True,
            allowed_mentions=NO_PINGS,
        )

    @app_commands.command(name="compare", description="Two versions side by side")
    @app_commands.describe(first=VERSION, second="The other version")
    async def compare(self, interaction: discord.Interaction[Renga], first: str, second: str) -> None:
        """Two versions."""
        await self._or_sentence(interaction, self._compare(interaction, first, second))

    async def _compare(self, interaction: discord.Interaction[Renga], first: str, second: str) -> None:
        rights.must_manage(verbs.actor(interaction))
        guild_id = verbs.guild_of(interaction)
        one = await versions.version(self.bot.store, self.bot.folders, guild_id, first)
        other = await versions.version(self.bot.store, self.bot.folders, guild_id, second)
        await interaction.response.send_message(
            cards.compared(one, other, versions.compared(one, other)),
            ephemeral=True,
            allowed_mentions=NO_PINGS,
        )

    @app_commands.command(
        name="retrain", description="Learn from this server's votes: a picker, or an adapter"
    )
    @app_commands.describe(kind=KIND, what=LEARNER)
    async def retrain(
        self, interaction: discord.Interaction[Renga], kind: Kind, what: Learner = "picker"
    ) -> None:
        """Learn, with a message that tells how far it is."""
        await self._or_sentence(interaction, verbs.learn(interaction, kind, WHAT[what]))

    @app_commands.command(name="cancel", description="Call off the training or the trial that is under way")
    @app_commands.describe(kind="Of which texts, where there are several")
    async def cancel(self, interaction: discord.Interaction[Renga], kind: Kind | None = None) -> None:
        """Call off a training, else a trial."""
        await self._or_sentence(interaction, self._cancel(interaction, kind))

    async def _cancel(self, interaction: discord.Interaction[Renga], kind: str | None) -> None:
        bot, who, guild_id = self.bot, verbs.actor(interaction), verbs.guild_of(interaction)
        rights.must_manage(who)
        try:
            run = await runs.cancel(bot.store, guild_id, None, kind, who, bot.clock())
        except Refusal:
            ended = await trials.cancel(bot.store, bot.folders, guild_id, kind, None, who, bot.clock())
            content = trial_cards.trial_ended(
                ended.version, ended.outcome, ended.trial.wins, ended.trial.losses
            )
            await interaction.response.send_message(
                content, view=trying.after(ended), allowed_mentions=NO_PINGS
            )
            return
        if bot.training is not None:
            bot.training.called_off(run)
        await interaction.response.send_message(cards.cancelling(run.kind), ephemeral=True)

    @app_commands.command(name="promote", description="Let a version serve")
    @app_commands.describe(version=VERSION)
    async def promote(self, interaction: discord.Interaction[Renga], version: str) -> None:
        """Let it serve at once; its report has buttons for a trial."""
        await self._or_sentence(interaction, verbs.let_serve(interaction, version))

    @app_commands.command(
        name="rollback", description="Take back what serves, and go on with what served before"
    )
    @app_commands.describe(kind=KIND, what="adapter or picker; the adapter, where one serves")
    async def rollback(
        self, interaction: discord.Interaction[Renga], kind: Kind, what: Learner | None = None
    ) -> None:
        """Go back."""
        await self._or_sentence(interaction, verbs.take_back(interaction, kind, WHAT[what] if what else None))

    @app_commands.command(
        name="pause", description="Write as before there was a taste, for a while; on:False goes on"
    )
    @app_commands.describe(kind=KIND, on="False: go on with what served")
    async def pause(self, interaction: discord.Interaction[Renga], kind: Kind, on: bool = True) -> None:
        """Leave head and adapter aside, or take them up again."""
        await self._or_sentence(interaction, self._pause(interaction, kind, on=on))

    async def _pause(self, interaction: discord.Interaction[Renga], kind: str, *, on: bool) -> None:
        who = verbs.actor(interaction)
        await serving.pause(self.bot.store, verbs.guild_of(interaction), kind, who, self.bot.clock(), on=on)
        await interaction.response.send_message(
            cards.paused(kind, who.member_id, on=on), allowed_mentions=NO_PINGS
        )

    @show.autocomplete("version")
    @promote.autocomplete("version")
    @compare.autocomplete("first")
    @compare.autocomplete("second")
    async def _versions(
        self, interaction: discord.Interaction[Renga], current: str
    ) -> list[app_commands.Choice[str]]:
        try:
            found = await versions.all_of(self.bot.store, self.bot.folders, interaction.guild_id or 0)
        except StoreUnavailable:
            return []
        typed = current.strip().casefold()
        return [
            app_commands.Choice(name=cards.choice(version), value=version.digest)
            for version in found
            if typed in cards.choice(version).casefold()
        ][:MOST_CHOICES]

    @staticmethod
    async def _or_sentence(interaction: discord.Interaction[Renga], work: Awaitable[None]) -> None:
        try:
            await work
        except Refusal as refusal:
            await apologise(interaction, refusal)
