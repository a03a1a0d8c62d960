"""What each button does, and what a submitted brief does. One call to the studio each, then a message.

A member always hears of a failure: discord.py only logs what is raised in a button's callback.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import discord

from bot import views
from bot.apology import apologise, tell
from bot.lasting import submitted
from bot.shown import TRANSIENT
from generation.forms.brief import InvalidBriefError, validated_seed
from studio import ask, deliver, derive
from studio.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.client import Renga
    from generation.wire.jobs import Brief
    from studio.store.records import Creation

    Verb = Callable[[discord.Interaction[Renga], str], Awaitable[None]]


async def press(interaction: discord.Interaction[Any], verb: str, job_id: str) -> None:
    """Do what a pressed button says, or say in one sentence why not."""
    try:
        if await interaction.client.lets_in(interaction):
            await VERBS[verb](interaction, job_id)
    except Exception as error:  # noqa: BLE001 - the member hears of every failure, the log has it
        await apologise(interaction, error)


async def pick(interaction: discord.Interaction[Any], job_id: str, part: int) -> None:
    """Make a piece of one of its drafts, and show it alone; pressed again, it is shown again as it was picked."""
    try:
        client = interaction.client
        if not await client.lets_in(interaction):
            return
        await interaction.response.defer()
        creation = await deliver.choose(
            client.store, job_id, part, by_member=interaction.user.id, guild_id=interaction.guild_id or 0, now=time.time()
        )  # fmt: skip
        record = await _asked(interaction, job_id)
        client.runs.show_again(interaction, record)
        if creation.choice != part:
            await tell(interaction, f"Number {(creation.choice or 0) + 1} was picked already.")
    except Exception as error:  # noqa: BLE001 - as above
        await apologise(interaction, error)


async def submit(interaction: discord.Interaction[Renga], job_id: str) -> None:
    """Make the piece again from an edited brief."""
    try:
        if not await interaction.client.lets_in(interaction):
            return
        data: dict[str, Any] = dict(interaction.data or {})
        fields = submitted(data["components"])
        seed = _seed(fields.get("seed", ""))
        record = await _asked(interaction, job_id)
        brief = derive.edited(
            derive.text_brief(record),
            theme=fields["theme"],
            tone=fields["tone"],
            must=fields.get("must", ""),
            form=fields["form"],
            given=fields.get("line", ""),
        )
        await interaction.client.runs.begin(
            interaction, brief, seed=seed, parent=job_id, drafts=record.drafts
        )
    except Exception as error:  # noqa: BLE001 - as above
        await apologise(interaction, error)


async def adjust(interaction: discord.Interaction[Renga], job_id: str) -> None:
    """Make the piece again, changed as was asked for in a submitted modal."""
    try:
        if not await interaction.client.lets_in(interaction):
            return
        data: dict[str, Any] = dict(interaction.data or {})
        wish = submitted(data["components"])["wish"]
        creation = await _made(interaction, job_id)
        await interaction.client.runs.begin(interaction, derive.adjusted(creation, wish), parent=job_id)
    except Exception as error:  # noqa: BLE001 - as above
        await apologise(interaction, error)


async def _again(interaction: discord.Interaction[Renga], job_id: str) -> None:
    record = await _asked(interaction, job_id)
    seed = ask.seed_of(str(interaction.id))
    await interaction.client.runs.begin(
        interaction, derive.again(record, seed), seed=seed, parent=job_id, spoiler=record.spoiler,
        drafts=record.drafts,
    )  # fmt: skip


def _moved(derived: Callable[[Creation], Brief]) -> Verb:
    """What a button does that makes another piece of this one."""

    async def move(interaction: discord.Interaction[Renga], job_id: str) -> None:
        creation = await _made(interaction, job_id)
        await interaction.client.runs.begin(interaction, derived(creation), parent=job_id)

    return move


async def _adjust(interaction: discord.Interaction[Renga], job_id: str) -> None:
    record = await _asked(interaction, job_id)
    derive.text_brief(record)
    await interaction.response.send_modal(views.wish_form(job_id))


async def _edit(interaction: discord.Interaction[Renga], job_id: str) -> None:
    record = await _asked(interaction, job_id)
    await interaction.response.send_modal(views.brief_form(job_id, derive.text_brief(record)))


async def _cancel(interaction: discord.Interaction[Renga], job_id: str) -> None:
    await interaction.response.defer()  # the click is answered in time, whatever the store and the host do
    await interaction.client.runs.cancel(
        job_id, by_member=interaction.user.id, is_moderator=interaction.permissions.manage_messages
    )


async def _delete(interaction: discord.Interaction[Renga], job_id: str) -> None:
    """Delete every message of a piece, and remember that it is not to come back."""
    await interaction.response.defer()
    store = interaction.client.store
    is_moderator = interaction.permissions.manage_messages
    assert interaction.message is not None
    posted = await deliver.posted_parts(store, job_id)
    known = await deliver.asked(store, job_id) is not None
    if known or not (is_moderator or _asked_by(interaction.message) == interaction.user.id):
        await deliver.delete_creation(store, job_id, by_member=interaction.user.id, is_moderator=is_moderator)
    await interaction.delete_original_response()  # the pressed message, which needs no permission
    channel = interaction.client.get_partial_messageable(
        interaction.message.channel.id, guild_id=interaction.guild_id
    )
    left = 0
    for message_id in set(posted.values()) - {interaction.message.id}:
        try:
            await channel.get_partial_message(message_id).delete()
        except discord.NotFound:
            continue
        except TRANSIENT:
            left += 1
    if left:
        await tell(
            interaction, "I forgot the piece, but Discord would not let me delete all of its messages."
        )


def _asked_by(message: discord.Message) -> int | None:
    """Who asked for a piece that the store no longer knows, as Discord remembers it."""
    return message.interaction_metadata.user.id if message.interaction_metadata else None


async def _asked(interaction: discord.Interaction[Renga], job_id: str) -> Any:
    record = await deliver.asked(interaction.client.store, job_id)
    if record is None or record.guild_id != interaction.guild_id:
        raise Refusal("I no longer know this piece; it may have been deleted.")
    return record


async def _made(interaction: discord.Interaction[Renga], job_id: str) -> Any:
    creation = await deliver.creation(interaction.client.store, job_id)
    if creation is None or creation.guild_id != interaction.guild_id:
        raise Refusal("I no longer know this piece; it may have been deleted.")
    return creation


def _seed(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    try:
        seed = int(text)
    except ValueError:
        raise InvalidBriefError("A seed is a whole number, for example 42.") from None
    return validated_seed(seed)


VERBS: dict[str, Verb] = {
    "again": _again,
    "vary": _moved(derive.vary),
    "continue": _moved(derive.continued),
    "shorter": _moved(derive.shorter),
    "warmer": _moved(derive.warmer),
    "adjust": _adjust,
    "edit": _edit,
    "cancel": _cancel,
    "delete": _delete,
}
