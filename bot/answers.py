"""The first answer to an interaction: given within three seconds, and looked for when it is unsure that it was.

Discord takes one answer. One that came too late (10062) leaves no job; one whose fate is unsure is asked for by the
interaction's token, or searched in the channel once that token is dead.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import structlog

from bot import views
from bot.history import carries, find_ours
from bot.shown import DEAD_INTERACTION, NO_PINGS, TRANSIENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.store.records import JobRecord

log = structlog.get_logger(__name__)

ALREADY_ANSWERED = 40060
TOO_LATE = 10062
ANSWER_WITHIN_S = 3.0
RETRY_S = 0.2


class UnsureError(Exception):
    """Discord may or may not have taken an answer, and cannot be asked just now."""


async def give(
    interaction: discord.Interaction[Any], content: str, view: discord.ui.View, clock: Callable[[], float]
) -> int | None:
    """Answer with a message. Its id, or None when the interaction is lost.

    Raises:
        UnsureError: it may have been taken.
        discord.HTTPException: it was refused.
    """
    asked_at = clock()
    while True:
        try:
            said = await interaction.response.send_message(content, view=view, allowed_mentions=NO_PINGS)
        except discord.HTTPException as error:
            if error.code == TOO_LATE:
                return None
            if error.code != ALREADY_ANSWERED and error.status < 500:
                raise
        except (aiohttp.ClientError, OSError) as error:
            log.warning("answer_unsure", job=str(interaction.id), error=type(error).__name__)
        else:
            return said.message_id
        unsure = False
        message_id = None
        try:
            message_id = await _original(interaction.client, interaction.application_id, interaction.token)
        except TRANSIENT as error:
            unsure = True
            log.warning("original_unsure", job=str(interaction.id), error=type(error).__name__)
        if message_id is not None:
            return message_id
        if clock() - asked_at > ANSWER_WITHIN_S:
            if unsure:
                raise UnsureError
            return None
        await asyncio.sleep(RETRY_S)


async def look_for(client: discord.Client, record: JobRecord) -> int | None:
    """The message that answered the job's interaction in an earlier life, or None when nothing did.

    Raises:
        Undeliverable: the token is dead and the channel cannot be read, so nobody can tell.
        discord.HTTPException, aiohttp.ClientError, OSError: ask again.
    """
    if record.interaction_token:
        try:
            return await _original(client, record.application_id, record.interaction_token)
        except discord.HTTPException as error:
            if error.code not in DEAD_INTERACTION:
                raise
    mark = views.verb_id("cancel", record.id)
    channel = client.get_partial_messageable(record.channel_id, guild_id=record.guild_id)
    before = discord.Object(
        int(record.id) - 1
    )  # a job's id is its interaction's, which is older than any answer
    return await find_ours(client, channel, before, lambda message: carries(message, mark))


async def _original(client: discord.Client, application_id: int, token: str) -> int | None:
    """The id of the interaction's first answer; None when Discord says that there is none."""
    webhook = discord.Webhook.partial(application_id, token, client=client)
    try:
        message = await webhook.fetch_message("@original")  # type: ignore[arg-type]
    except discord.NotFound:
        return None
    return message.id
