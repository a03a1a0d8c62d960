"""What each button under pictures does. One call to the studio each, then a message.

A member always hears of a failure: discord.py only logs what is raised in a button's callback.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import discord
import structlog

from bot.apology import apologise, tell
from bot.pictures import buttons, cards, expressions
from bot.shown import NO_PINGS, TRANSIENT, files
from bot.votes import offer_votes
from studio import ask, deliver, react
from studio.errors import Refusal
from studio.pictures import briefs, drawn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.client import Renga
    from studio.store.records import Creation, Picture

    Verb = Callable[[discord.Interaction[Renga], str, int], Awaitable[None]]

log = structlog.get_logger(__name__)

GONE = "I no longer know this picture; it may have been deleted."


async def press(interaction: discord.Interaction[Any], verb: str, job_id: str, part: int) -> None:
    """Do what a pressed button says, or say in one sentence why not."""
    try:
        if await interaction.client.lets_in(interaction):
            await VERBS[verb](interaction, job_id, part)
    except Exception as error:  # noqa: BLE001 - the member hears of every failure, the log has it
        await apologise(interaction, error)


async def submit(interaction: discord.Interaction[Renga], what: str, job_id: str, part: int) -> None:
    """Make an emoji or a sticker by the name in a submitted modal."""
    try:
        if await interaction.client.lets_in(interaction):
            creation, picture = await _found(interaction, job_id, part)
            await expressions.make(interaction, expressions.KINDS[what], creation, picture)
    except Exception as error:  # noqa: BLE001 - as above
        await apologise(interaction, error)


async def _pick(interaction: discord.Interaction[Renga], job_id: str, part: int) -> None:
    """Show one picture at full size, in a message of its own. While that stands, who asks again is told where it is."""
    await interaction.response.defer()  # the click is answered in time, whatever the store and the disk do
    client = interaction.client
    creation, picture = await _found(interaction, job_id, part)
    if (job_id, part) in client.picking:
        return  # a double click: the message is on its way
    client.picking.add((job_id, part))
    try:
        if (known := await _standing(interaction, job_id, part)) is not None:
            await tell(interaction, f"This picture was picked already: {known.jump_url}")
            return
        message_id = await _post(interaction, creation, picture)
    finally:
        client.picking.discard((job_id, part))
    log.info("picture_picked", job=job_id, part=part)
    await offer_votes(_here(interaction).get_partial_message(message_id), job_id)


async def _post(interaction: discord.Interaction[Renga], creation: Creation, picture: Picture) -> int:
    """Post a picked picture, and remember where. The message's id."""
    client = interaction.client
    spoiler = await _is_veiled(interaction, creation)
    file = await drawn.large(client.store.pictures, picture, interaction.filesize_limit)
    card = cards.picked(creation, picture, file, member_id=interaction.user.id, spoiler=spoiler)
    message = await interaction.followup.send(
        card.pages[0],
        view=buttons.alone(creation.id, picture),
        files=files(card),
        allowed_mentions=NO_PINGS,
        wait=True,
    )
    await _remember(interaction, creation.id, picture.part, message.id)
    return message.id


async def _standing(
    interaction: discord.Interaction[Renga], job_id: str, part: int
) -> discord.PartialMessage | None:
    """The message that shows a picked picture already, as far as Discord lets us look for it; None where none does."""
    store = interaction.client.store
    while (message_id := await deliver.picked_message(store, job_id, part)) is not None:
        message = _here(interaction).get_partial_message(message_id)
        try:
            await message.fetch()
        except discord.NotFound:  # deleted while we were away
            await react.message_deleted(store, message_id)
            continue
        except TRANSIENT as error:
            log.info("picked_not_looked_for", job=job_id, error=type(error).__name__)
        return message
    return None


async def _which(interaction: discord.Interaction[Renga], job_id: str, part: int) -> None:
    """Ask which of several is to be varied."""
    creation, _ = await _found(interaction, job_id, part)
    await interaction.response.send_message(
        "Which one shall I vary?", view=buttons.which(creation), ephemeral=True, allowed_mentions=NO_PINGS
    )


async def _vary(interaction: discord.Interaction[Renga], job_id: str, part: int) -> None:
    creation, picture = await _used(interaction, job_id, part)
    spoiler = await _is_veiled(interaction, creation)
    seed = ask.seed_of(str(interaction.id))
    await interaction.client.runs.begin(
        interaction, briefs.vary(picture.spot), seed=seed, parent=creation.id, spoiler=spoiler
    )


async def _emoji(interaction: discord.Interaction[Renga], job_id: str, part: int) -> None:
    creation, picture = await _used(interaction, job_id, part)
    expressions.check_permissions(interaction, expressions.EMOJI)
    await interaction.response.send_modal(buttons.emoji_form(creation.id, picture))


async def _sticker(interaction: discord.Interaction[Renga], job_id: str, part: int) -> None:
    creation, picture = await _used(interaction, job_id, part)
    expressions.check_permissions(interaction, expressions.STICKER)
    await interaction.response.send_modal(buttons.sticker_form(creation.id, picture))


async def _delete(interaction: discord.Interaction[Renga], job_id: str, part: int) -> None:
    """Delete a picked message; what it was picked from stays."""
    await interaction.response.defer()
    message = interaction.message
    assert message is not None
    picker = message.interaction_metadata.user.id if message.interaction_metadata else None
    is_moderator = interaction.permissions.manage_messages
    await deliver.may_delete_picked(
        interaction.client.store,
        job_id,
        by_member=interaction.user.id,
        picker=picker,
        is_moderator=is_moderator,
    )
    await interaction.delete_original_response()
    log.info("picked_deleted", job=job_id, part=part)


async def _found(interaction: discord.Interaction[Any], job_id: str, part: int) -> tuple[Creation, Picture]:
    creation = await deliver.creation(interaction.client.store, job_id)
    if creation is None or creation.guild_id != interaction.guild_id or part >= len(creation.pictures):
        raise Refusal(GONE)
    return creation, creation.pictures[part]


async def _used(interaction: discord.Interaction[Any], job_id: str, part: int) -> tuple[Creation, Picture]:
    """As `_found`, of a message that shows that one picture alone.

    Beside the answer, which does not wait for the disk, it is written down that it does: we may have been cut off
    between posting a picked message and remembering it.
    """
    found = await _found(interaction, job_id, part)
    message = interaction.message
    if message is not None and not message.flags.ephemeral:
        interaction.client.chore(_remember(interaction, job_id, part, message.id), "picked")
    return found


async def _remember(interaction: discord.Interaction[Any], job_id: str, part: int, message_id: int) -> None:
    assert interaction.channel_id is not None
    client = interaction.client
    known = partial(deliver.picked, client.store, job_id, part, interaction.channel_id, message_id)
    await client.runs.insist(known)


def _here(interaction: discord.Interaction[Any]) -> discord.PartialMessageable:
    assert interaction.channel_id is not None
    here: discord.PartialMessageable = interaction.client.get_partial_messageable(
        interaction.channel_id, guild_id=interaction.guild_id
    )
    return here


async def _is_veiled(interaction: discord.Interaction[Renga], creation: Creation) -> bool:
    record = await deliver.asked(interaction.client.store, creation.id)
    return record is not None and record.spoiler


VERBS: dict[str, Verb] = {
    "pick": _pick,
    "which": _which,
    "vary": _vary,
    "emoji": _emoji,
    "sticker": _sticker,
    "delete": _delete,
}
