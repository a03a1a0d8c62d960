"""What each button about a server's taste does, but for trials (`trying`) and reports (`reviewing`).

One call to the studio each, then a message. What Discord says of a member's permissions in the very request is handed on, and
the studio decides by it; that a button was once shown to somebody allows nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.apology import apologise
from bot.shown import NO_PINGS
from bot.taste import buttons, cards, kept, reviewing, trying
from studio import consent
from studio.adapters import rights, runs, serving, versions
from studio.adapters.records import Actor
from studio.adapters.trials import Concluded
from studio.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.client import Renga
    from studio.adapters.serving import Moved
    from studio.store.taste_records import What

    Verb = Callable[[discord.Interaction[Renga], str], Awaitable[None]]

WRITTEN_DOWN = "It is written down; the message below tells how far it is."


async def press(interaction: discord.Interaction[Any], verb: str, about: str) -> None:
    """Do what a pressed button says, or say in one sentence why not."""
    try:
        if await interaction.client.lets_in(interaction):
            await VERBS[verb](interaction, about)
    except Exception as error:  # noqa: BLE001 - the member hears of every failure, the log has it
        await apologise(interaction, error)


def actor(interaction: discord.Interaction[Any]) -> Actor:
    """Who asks, and whether they may manage the server, as Discord says now."""
    return Actor(interaction.user.id, interaction.permissions.manage_guild)


def joined(interaction: discord.Interaction[Any]) -> float | None:
    """When who asks joined the server (Unix seconds); None: Discord does not say."""
    at = interaction.user.joined_at if isinstance(interaction.user, discord.Member) else None
    return None if at is None else at.timestamp()


def guild_of(interaction: discord.Interaction[Any]) -> int:
    """The server that it is about.

    Raises:
        Refusal: it is about none.
    """
    if interaction.guild_id is None:
        raise Refusal("Say this in the server that it is about.")
    return interaction.guild_id


async def learn(interaction: discord.Interaction[Renga], kind: str, what: What) -> None:
    """Have something learnt, with a message here that tells how far it is.

    Raises:
        Refusal: why not.
    """
    client, guild_id = interaction.client, guild_of(interaction)
    rights.must_manage(actor(interaction))
    if client.training is None:
        raise Refusal(runs.NO_TRAINING)
    await interaction.response.defer(ephemeral=True, thinking=True)  # counting votes may take its time
    assert interaction.channel_id is not None
    run = await runs.ask(
        client.store, str(interaction.id), guild_id, kind, what, actor(interaction), interaction.channel_id,
        client.clock(),
    )  # fmt: skip
    try:
        await interaction.edit_original_response(content=WRITTEN_DOWN)
        before = sum(other.id != run.id for other in await runs.unfinished(client.store))
        message = await interaction.followup.send(
            cards.asked(kind, what, before=before),
            view=buttons.while_learning(run.id),
            allowed_mentions=NO_PINGS,
            wait=True,
        )
        await runs.shown(client.store, run.id, message.channel.id, message.id)
    finally:  # it is written down, whether or not that could be said
        client.training.wake()


async def let_serve(interaction: discord.Interaction[Renga], digest: str) -> None:
    """Let a version serve, and say so in the channel.

    Raises:
        Refusal: why not.
    """
    client, who = interaction.client, actor(interaction)
    guild_id = guild_of(interaction)
    rights.must_manage(who)
    base = await client.base()
    moved = await serving.promote(
        client.store, client.folders, guild_id, digest, who, client.clock(), base=base
    )
    await interaction.response.send_message(
        cards.served(moved.version, who.member_id, moved.other),
        view=buttons.these(moved.version.digest, "back"),
        allowed_mentions=NO_PINGS,
    )


async def take_back(interaction: discord.Interaction[Renga], kind: str, what: What | None) -> None:
    """Go back to what served before, and say so in the channel.

    Raises:
        Refusal: why not.
    """
    client, who = interaction.client, actor(interaction)
    moved = await serving.roll_back(
        client.store, client.folders, guild_of(interaction), kind, what, who, client.clock()
    )
    await interaction.response.send_message(
        cards.taken_back(moved.version, moved.other, who.member_id),
        view=back_again(moved),
        allowed_mentions=NO_PINGS,
    )


def back_again(moved: Moved) -> discord.ui.View:
    """What can be done once a version was taken back: take back the one that serves again, too."""
    return buttons.none() if moved.other is None else buttons.these(moved.other.digest, "back")


async def _on(interaction: discord.Interaction[Renga], _: str) -> None:
    """A moderator has read what it means, and says yes."""
    client, who = interaction.client, actor(interaction)
    rights.must_manage(who)
    await consent.enable(client.store, guild_of(interaction), who.member_id, client.clock())
    await interaction.response.edit_message(content=cards.IS_ON, view=buttons.none())
    await interaction.followup.send(
        cards.INVITATION, view=buttons.these(buttons.HERE, "count", "stored"), allowed_mentions=NO_PINGS
    )


async def _keep_off(interaction: discord.Interaction[Renga], _: str) -> None:
    await interaction.response.edit_message(content=cards.STAYS_OFF, view=buttons.none())


async def _off(interaction: discord.Interaction[Renga], _: str) -> None:
    client, who = interaction.client, actor(interaction)
    rights.must_manage(who)
    ended = await consent.disable(client.store, guild_of(interaction), who.member_id, client.clock())
    await interaction.response.edit_message(content=cards.IS_OFF, view=buttons.none())
    if ended is None:
        return
    if client.training is not None:
        for run in ended.runs:
            client.training.called_off(run)
    for trial in ended.trials:
        version = await versions.version(client.store, client.folders, trial.guild_id, trial.candidate)
        await trying.tell(client, Concluded(trial, version, "cancelled"), view=buttons.none())


async def count(interaction: discord.Interaction[Renga], _: str) -> None:
    """A member says yes."""
    client = interaction.client
    await consent.choose(
        client.store, interaction.user.id, guild_of(interaction), "opt_in", client.clock(),
        member_since=joined(interaction),
    )  # fmt: skip
    await interaction.response.send_message(cards.COUNTED, ephemeral=True)


async def _stored(interaction: discord.Interaction[Renga], _: str) -> None:
    await interaction.response.send_message(cards.STORED, ephemeral=True)


async def _stop(interaction: discord.Interaction[Renga], run_id: str) -> None:
    client, who = interaction.client, actor(interaction)
    run = await runs.cancel(client.store, guild_of(interaction), run_id, None, who, client.clock())
    await interaction.response.defer()
    if client.training is not None:
        client.training.called_off(run)


async def _train(interaction: discord.Interaction[Renga], kind: str) -> None:
    await learn(interaction, kind, "adapter")


async def _back(interaction: discord.Interaction[Renga], digest: str) -> None:
    client = interaction.client
    rights.must_manage(actor(interaction))
    found = await versions.version(client.store, client.folders, guild_of(interaction), digest)
    if found.state != "serving":
        raise Refusal(f"{found.name[0].upper()}{found.name[1:]} does not serve any more.")
    await take_back(interaction, found.kind, found.what)


async def _serve(interaction: discord.Interaction[Renga], digest: str) -> None:
    await let_serve(interaction, digest)


async def _waive(interaction: discord.Interaction[Renga], digest: str) -> None:
    client, who = interaction.client, actor(interaction)
    found = await serving.waive(
        client.store, client.folders, guild_of(interaction), digest, who, client.clock()
    )
    gates = versions.gates(found)
    await interaction.response.send_message(
        cards.adapter_made(found, gates), view=buttons.under_adapter(found, gates), allowed_mentions=NO_PINGS
    )


async def _forget(interaction: discord.Interaction[Renga], _: str) -> None:
    """A member wants to be forgotten, and has been told what that means."""
    client = interaction.client
    await interaction.response.defer()
    receipt = await client.forget_member(interaction.user.id)
    await interaction.edit_original_response(content=kept.receipt(receipt), view=buttons.none())


VERBS: dict[str, Verb] = {
    "on": _on,
    "keepoff": _keep_off,
    "off": _off,
    "count": count,
    "stored": _stored,
    "stop": _stop,
    "train": _train,
    "back": _back,
    "serve": _serve,
    "waive": _waive,
    "forget": _forget,
    "blind": trying.blind,
    "quiet": trying.quiet,
    "two": trying.two,
    "left": trying.left,
    "right": trying.right,
    "end": trying.end,
    "uphold": reviewing.uphold,
    "dismiss": reviewing.dismiss,
    "next": reviewing.following,
}
