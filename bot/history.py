"""Our own messages, found again in a channel after an outage, by the marks that they carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.shown import NOWHERE, Undeliverable

if TYPE_CHECKING:
    from collections.abc import Callable


async def find_ours(
    client: discord.Client,
    channel: discord.abc.Messageable,
    after: discord.abc.Snowflake,
    ours: Callable[[discord.Message], bool],
) -> int | None:
    """The id of the bot's message after `after` that is `ours`, the newest first; None when there is none.

    Raises:
        Undeliverable: the channel is gone, or its history cannot be read.
    """
    assert client.user is not None
    try:
        async for message in channel.history(limit=None, after=after, oldest_first=False):
            if message.author.id == client.user.id and ours(message):
                return message.id
    except discord.HTTPException as error:
        if error.code in NOWHERE:
            raise Undeliverable("the channel's history cannot be read") from error
        raise
    return None


def carries(message: discord.Message, custom_id: str) -> bool:
    """Whether a message has a button of that `custom_id`."""
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    return any(
        isinstance(item, discord.Button) and item.custom_id == custom_id
        for row in rows
        for item in row.children
    )
