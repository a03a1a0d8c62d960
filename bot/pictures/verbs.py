"""What each button under pictures does. One call to the studio each, then a message.

A member always hears of a failure: discord.py only logs what is raised in a button's callback.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from bot import answers
from bot.apology import apologise
from bot.pictures import buttons, cards, expressions
from bot.shown import NO_PINGS
from bot.votes import offer_votes
from studio import ask, deliver
from studio.errors import Refusal
from studio.pictures import briefs, drawn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import discord

    from bot.client import Renga
    from studio.store.records import Creation, Picture

    Verb = Callable[[discord.Interaction[Renga], Creation, Picture], Awaitable[None]]

log = structlog.get_logger(__name__)

OF_ONE = ("vary", "emoji", "sticker")  # the verbs whose message shows that one picture alone
GONE = "I no longer know this picture; it may have been deleted."


async def press(interaction: discord.Interaction[Any], verb: str, job_id: str, part: int) -> None:
    """Do what a pressed button says, or say in one sentence why not."""
    try:
        if await interaction.client.lets_in(interaction):
            creation, picture = await _found(interaction, job_id, part)
            await _known(interaction, verb, creation, picture)
            await VERBS[verb](interaction, creation, picture)
    except Exception as error:  # noqa: BLE001 - the member hears of every failure, the log has it
        await apologise(interaction, error)


async def submit(interaction: discord.Interaction[Renga], what: str, job_id: str, part: int) -> None:
    """Make an emoji or a sticker by the name in a submitted modal."""
    try:
        if await interaction.client.lets_in(interaction):
            creation, picture = await _found(interaction, job_id, part)
            await expressions.submitted(interaction, expressions.KINDS[what], creation, picture)
    except Exception as error:  # noqa: BLE001 - as above
        await apologise(interaction, error)


async def _pick(interaction: discord.Interaction[Renga], creation: Creation, picture: Picture) -> None:
    """Show one picture at full size, in a message of its own."""
    client = interaction.client
    spoiler = await _is_veiled(interaction, creation)
    file = await drawn.large(client.store.pictures, picture, interaction.filesize_limit)
    card = cards.picked(creation, picture, file, member_id=interaction.user.id, spoiler=spoiler)
    view = buttons.alone(creation.id, picture)
    try:
        message_id = await answers.give(interaction, card.pages[0], view, client.clock, card)
    except answers.UnsureError:
        return  # whoever sees it can use it; whoever does not presses again
    if message_id is None:
        log.warning("answered_too_late", interaction=interaction.id)
        return
    assert interaction.channel_id is not None
    channel_id = interaction.channel_id
    await client.runs.insist(
        partial(deliver.picked, client.store, creation.id, picture.part, channel_id, message_id)
    )
    log.info("picture_picked", job=creation.id, part=picture.part)
    channel = client.get_partial_messageable(channel_id, guild_id=interaction.guild_id)
    await offer_votes(channel.get_partial_message(message_id), creation.id)


async def _which(interaction: discord.Interaction[Renga], creation: Creation, picture: Picture) -> None:
    """Ask which of several is to be varied."""
    del picture
    await interaction.response.send_message(
        "Which one shall I vary?", view=buttons.which(creation), ephemeral=True, allowed_mentions=NO_PINGS
    )


async def _vary(interaction: discord.Interaction[Renga], creation: Creation, picture: Picture) -> None:
    spoiler = await _is_veiled(interaction, creation)
    seed = ask.seed_of(str(interaction.id))
    await interaction.client.runs.begin(
        interaction, briefs.vary(picture.spot), seed=seed, parent=creation.id, spoiler=spoiler
    )


async def _emoji(interaction: discord.Interaction[Renga], creation: Creation, picture: Picture) -> None:
    expressions.check_permissions(interaction, expressions.EMOJI)
    await interaction.response.send_modal(buttons.emoji_form(creation.id, picture))


async def _sticker(interaction: discord.Interaction[Renga], creation: Creation, picture: Picture) -> None:
    expressions.check_permissions(interaction, expressions.STICKER)
    await interaction.response.send_modal(buttons.sticker_form(creation.id, picture))


async def _found(interaction: discord.Interaction[Any], job_id: str, part: int) -> tuple[Creation, Picture]:
    creation = await deliver.creation(interaction.client.store, job_id)
    if creation is None or creation.guild_id != interaction.guild_id or part >= len(creation.pictures):
        raise Refusal(GONE)
    return creation, creation.pictures[part]


async def _known(
    interaction: discord.Interaction[Renga], verb: str, creation: Creation, picture: Picture
) -> None:
    """See that a picked message is remembered, in case we were cut off between posting it and writing it down."""
    message = interaction.message
    if message is not None and verb in OF_ONE and not message.flags.ephemeral:
        await deliver.picked(
            interaction.client.store, creation.id, picture.part, message.channel.id, message.id
        )


async def _is_veiled(interaction: discord.Interaction[Renga], creation: Creation) -> bool:
    record = await deliver.asked(interaction.client.store, creation.id)
    return record is not None and record.spoiler


VERBS: dict[str, Verb] = {
    "pick": _pick,
    "which": _which,
    "vary": _vary,
    "emoji": _emoji,
    "sticker": _sticker,
}
