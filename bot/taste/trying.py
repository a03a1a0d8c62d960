"""Trials in the channel: begun by a moderator, decided by members, told when they are over."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import discord
import structlog

from bot.shown import NO_PINGS, TRANSIENT
from bot.taste import buttons, trial_cards, verbs
from studio.adapters import pairs, trials
from studio.errors import Refusal

if TYPE_CHECKING:
    from bot.client import Renga
    from studio.adapters.trials import Concluded
    from studio.store.taste_records import Way

log = structlog.get_logger(__name__)

UNDER_WAY = "Two are being written already; they will be here in a moment."
VOTED = "You have chosen between these two already, and the first choice counts."


async def blind(interaction: discord.Interaction[Renga], digest: str) -> None:
    """Let members choose between pairs."""
    await _begin(interaction, digest, "blind")


async def quiet(interaction: discord.Interaction[Renga], digest: str) -> None:
    """Let reactions decide."""
    await _begin(interaction, digest, "quiet")


async def _begin(interaction: discord.Interaction[Renga], digest: str, way: Way) -> None:
    client, who = interaction.client, verbs.actor(interaction)
    guild_id = verbs.guild_of(interaction)
    assert interaction.channel_id is not None
    base = await client.base()
    trial, version = await trials.begin(
        client.store, client.folders, str(interaction.id), guild_id, digest, way, who, interaction.channel_id,
        client.clock(), base=base,
    )  # fmt: skip
    await interaction.response.send_message(
        trial_cards.trial_began(version, way),
        view=buttons.under_trial(trial.id, way),
        allowed_mentions=NO_PINGS,
    )


async def two(interaction: discord.Interaction[Renga], trial_id: str) -> None:
    """Write two and show them, to whoever is here."""
    client = interaction.client
    trial, forms, number = await trials.going_on(client.store, trial_id, base=await client.base())
    if trial.guild_id != interaction.guild_id or trial.way != "blind":
        raise Refusal(trials.OVER)
    if trial_id in client.writing_two:
        raise Refusal(UNDER_WAY)
    client.writing_two.add(trial_id)
    try:
        await interaction.response.defer(thinking=True)
        try:
            pair = await pairs.write(
                client.generation, trial, str(interaction.id), interaction.user.id, client.clock(), forms=forms,
                number=number,
            )  # fmt: skip
            await trials.add_pair(client.store, pair)
        except Refusal as refusal:
            await interaction.edit_original_response(content=str(refusal))
            return
    finally:
        client.writing_two.discard(trial_id)
    message = await interaction.edit_original_response(
        content=trial_cards.pair(pair.form, pair.theme, pair.left_text, pair.right_text),
        attachments=[
            discord.File(io.BytesIO(whole), name, description=f"{name[0]}, the whole text")
            for name, whole in trial_cards.wholes(pair.left_text, pair.right_text)
        ],
        view=buttons.under_pair(pair.id, trial_id),
        allowed_mentions=NO_PINGS,
    )
    await trials.pair_shown(client.store, pair.id, message.id)


async def left(interaction: discord.Interaction[Renga], pair_id: str) -> None:
    """A member likes A better."""
    await _vote(interaction, pair_id, left=True)


async def right(interaction: discord.Interaction[Renga], pair_id: str) -> None:
    """A member likes B better."""
    await _vote(interaction, pair_id, left=False)


async def _vote(interaction: discord.Interaction[Renga], pair_id: str, *, left: bool) -> None:
    client = interaction.client
    voted = await trials.vote(
        client.store, client.folders, verbs.guild_of(interaction), pair_id, interaction.user.id, client.clock(),
        left=left, member_since=verbs.joined(interaction),
    )  # fmt: skip
    if not voted.fresh:
        raise Refusal(VOTED)
    pair = voted.pair
    view = buttons.none() if voted.concluded else buttons.under_pair(pair.id, pair.trial_id)
    await interaction.response.edit_message(
        content=trial_cards.pair(pair.form, pair.theme, pair.left_text, pair.right_text, voted.votes),
        view=view,
    )
    if voted.concluded is not None:
        await tell(interaction.client, voted.concluded)


async def end(interaction: discord.Interaction[Renga], trial_id: str) -> None:
    """Call a trial off."""
    client = interaction.client
    ended = await trials.cancel(
        client.store, client.folders, verbs.guild_of(interaction), None, trial_id, verbs.actor(interaction),
        client.clock(),
    )  # fmt: skip
    await interaction.response.send_message(
        trial_cards.trial_ended(ended.version, ended.outcome, ended.trial.wins, ended.trial.losses),
        view=after(ended),
        allowed_mentions=NO_PINGS,
    )


async def tell(client: Renga, ended: Concluded, *, view: discord.ui.View | None = None) -> None:
    """Say in the trial's channel what the votes said; where that cannot be reached, `/adapters list` has it. `view` has the buttons,
    where they are others than a trial's end brings.
    """
    trial = ended.trial
    channel: Any = client.get_partial_messageable(trial.channel_id or 0, guild_id=trial.guild_id)
    try:
        await channel.send(
            trial_cards.trial_ended(ended.version, ended.outcome, trial.wins, trial.losses),
            view=after(ended) if view is None else view, nonce=f"{trial.id}-end", allowed_mentions=NO_PINGS,
        )  # fmt: skip
    except TRANSIENT as error:
        log.info("trial_not_told", trial=trial.id, error=type(error).__name__)


def after(ended: Concluded) -> discord.ui.View:
    """What can be done when a trial is over."""
    named = {
        "candidate": ("back",),
        "cancelled": ("blind", "quiet", "serve"),
        "undecided": ("blind", "quiet", "serve"),
    }.get(ended.outcome, ())
    return buttons.these(ended.version.digest, *named)
