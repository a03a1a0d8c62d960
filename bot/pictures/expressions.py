"""A picture becomes a custom emoji or a sticker of the server, by Discord's own endpoints, or one sentence says why not.

Nothing is lost where it fails: the picture and its buttons stay. Discord may ask for an hour's patience; that is told
at once, and never sat out.
"""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import structlog

from bot.apology import new_reference, sentence_for
from bot.lasting import submitted
from bot.shown import NO_PINGS
from studio.errors import Refusal
from studio.pictures import drawn, names, sizes

if TYPE_CHECKING:
    from bot.client import Renga
    from studio.store.records import Creation, Picture

log = structlog.get_logger(__name__)

WAIT_S = 60.0  # for one emoji or sticker, Discord's short rate limits included; an interaction's token lives longer
SLOTS_ARE_FULL = {30008, 30018, 30039, 30056}  # emoji, animated emoji, stickers, premium emoji
NOT_ALLOWED = {50001, 50013}
BAD_NAME = 50035
BAD_FILE = {40005, 50045, 50046, 50138, 170004, 170005, 170006, 170007}


@dataclass(frozen=True, slots=True)
class Kind:
    """Emoji or sticker, as sentences call it."""

    name: str
    article: str
    several: str


EMOJI = Kind("emoji", "an emoji", "emoji")
STICKER = Kind("sticker", "a sticker", "stickers")
KINDS = {kind.name: kind for kind in (EMOJI, STICKER)}


def check_permissions(interaction: discord.Interaction[Any], kind: Kind) -> None:
    """See that member and bot both may add to the server's expressions.

    Raises:
        Refusal: one may not; the sentence says who.
    """
    if not interaction.permissions.create_expressions:
        raise Refusal(f"To make {kind.article} you need the permission Create Expressions in this server.")
    if not interaction.app_permissions.create_expressions:
        raise Refusal(
            f"To make {kind.article} I need the permission Create Expressions; a moderator can give it."
        )


async def make(
    interaction: discord.Interaction[Renga], kind: Kind, creation: Creation, picture: Picture
) -> None:
    """Make what a submitted modal names, and tell the member how it went.

    Raises:
        Refusal: it cannot be made, and that is known before Discord is asked.
    """
    check_permissions(interaction, kind)
    guild = interaction.guild
    assert guild is not None
    data: dict[str, Any] = dict(interaction.data or {})
    fields = submitted(data["components"])
    await interaction.response.defer(ephemeral=True, thinking=True)
    try:
        async with asyncio.timeout(WAIT_S):
            said = await (_emoji if kind is EMOJI else _sticker)(interaction, guild, picture, fields)
    except Exception as error:  # noqa: BLE001 - the member hears of every failure, the log has it
        said = _sentence(error, kind, creation.id)
    else:
        log.info("expression_made", kind=kind.name, job=creation.id, part=picture.part, guild=guild.id)
    await interaction.edit_original_response(content=said, allowed_mentions=NO_PINGS)


async def _emoji(
    interaction: discord.Interaction[Renga], guild: discord.Guild, picture: Picture, fields: dict[str, str]
) -> str:
    taken = [emoji.name for emoji in await guild.fetch_emojis()]
    name = names.emoji_name(fields.get("name", ""), taken, picture.understood)
    image = await drawn.alone(interaction.client.store.pictures, picture, sizes.emoji)
    made = await guild.create_custom_emoji(name=name, image=image, reason=_reason(interaction))
    return f"{made} is now an emoji of this server: type `:{made.name}:`."


async def _sticker(
    interaction: discord.Interaction[Renga], guild: discord.Guild, picture: Picture, fields: dict[str, str]
) -> str:
    taken = [sticker.name for sticker in await guild.fetch_stickers()]
    name = names.sticker_name(fields.get("name", ""), taken, picture.understood)
    tag = names.tag_emoji(fields.get("tag", ""))
    image = await drawn.alone(interaction.client.store.pictures, picture, sizes.sticker)
    made = await guild.create_sticker(
        name=name, description=names.description(picture.alt), emoji=tag,
        file=discord.File(io.BytesIO(image), filename="sticker.png"), reason=_reason(interaction),
    )  # fmt: skip
    return f"“{discord.utils.escape_markdown(made.name)}” is now a sticker of this server, found by {tag}."


def _reason(interaction: discord.Interaction[Any]) -> str:
    """What the server's audit log says."""
    return f"Made from a picture, asked for by {interaction.user.id}"


def _sentence(error: Exception, kind: Kind, job_id: str) -> str:
    """What the member hears. What an operator should look at goes to the log, by a reference that both have."""
    if isinstance(error, Refusal):
        return str(error)
    if (sentence := sentence_of(error, kind)) is not None:
        log.info("expression_refused", kind=kind.name, job=job_id, error=type(error).__name__)
        return sentence
    reference = new_reference()
    log.error("expression_failed", kind=kind.name, job=job_id, reference=reference, exc_info=error)
    return sentence_for(error, reference)


def sentence_of(error: Exception, kind: Kind) -> str | None:
    """What Discord's refusal means, in one sentence; None where it means nothing that a member could use."""
    kept = "the picture and its buttons stay here."
    if isinstance(error, discord.RateLimited):
        return f"Discord takes new {kind.several} from this server again {_in(error.retry_after)}; {kept}"
    if isinstance(error, TimeoutError | aiohttp.ClientError | OSError):
        return (
            f"Discord did not answer in time; see whether the {kind.name} is there, and try again in a few minutes; "
            f"{kept}"
        )
    if not isinstance(error, discord.HTTPException):
        return None
    if error.status == 429:
        return f"Discord takes no new {kind.several} just now; try again later; {kept}"
    if error.code in SLOTS_ARE_FULL:
        return f"All places for {kind.several} in this server are taken; free one and press again; {kept}"
    if error.code in NOT_ALLOWED:
        return f"To make {kind.article} I need the permission Create Expressions; a moderator can give it."
    if error.code in BAD_FILE:
        return f"Discord cannot make {kind.article} of this picture."
    if error.code == BAD_NAME:
        return f"Discord does not take that name for {kind.article}; try another."
    return None


def _in(seconds: float) -> str:
    """When that is, as people say it."""
    if seconds < 90:
        return "in about a minute"
    if seconds < 90 * 60:
        return f"in about {round(seconds / 60)} minutes"
    return f"in about {round(seconds / 3600)} hours"
