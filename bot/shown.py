"""The one message that shows a job, whichever way it can still be reached.

For 15 minutes an interaction's own token edits its message, needing no permission; after that the bot's token
does, where the bot may see the channel. Discord's error codes become the three answers that callers need.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import aiohttp
import discord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.cards import Card
    from bot.pages import Attachment

TOKEN_LIFE_S = 15 * 60 - 30

UNKNOWN_MESSAGE = 10008
DEAD_INTERACTION = {50027}  # invalid webhook token: its fifteen minutes are over
DEAD_TOKEN = {*DEAD_INTERACTION, 10015}  # or unknown webhook
NOWHERE = {10003, 10004, 50001, 50013, 50083}  # channel or guild gone, no access, no permission, archived
TOO_LARGE = 40005

# TimeoutError is an OSError; RateLimited, raised for a wait that is too long to sit out, is no HTTPException
TRANSIENT = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError)

NO_PINGS = discord.AllowedMentions.none()


class Withdrawn(Exception):  # noqa: N818 - an answer, not a fault
    """Somebody deleted the message: that is final."""


class Undeliverable(Exception):  # noqa: N818 - an answer, not a fault
    """The channel is gone, or closed to the bot; the message says which."""


class TooLarge(Undeliverable):
    """The file is larger than Discord takes here."""


class ShownMessage:
    """A message of ours by its ids: edit and delete."""

    def __init__(
        self, client: discord.Client, *, application_id: int, token: str, token_dies_at: float, channel_id: int,
        guild_id: int, message_id: int,
    ) -> None:  # fmt: skip
        self.client = client
        self.message_id = message_id
        self.channel = client.get_partial_messageable(channel_id, guild_id=guild_id)
        self._webhook = discord.Webhook.partial(application_id, token, client=client) if token else None
        self._token_dies_at = token_dies_at

    async def edit(
        self, content: str, view: discord.ui.View, *, now: float, card: Card | None = None,
        beside: Iterable[Attachment] = (),
    ) -> None:  # fmt: skip
        """Replace the message's whole content, so that doing it twice is doing it once.

        Its files become the card's own and those `beside` it.

        Raises:
            Withdrawn: it was deleted.
            Undeliverable: it can no longer be reached.
            discord.HTTPException, aiohttp.ClientError, OSError: try again.
        """
        if self._webhook is not None and now < self._token_dies_at:
            try:
                await self._webhook.edit_message(
                    self.message_id,
                    content=content,
                    view=view,
                    attachments=[*files(card), *(each.opened() for each in beside)],
                    allowed_mentions=NO_PINGS,
                )
            except discord.HTTPException as error:
                if error.code in DEAD_TOKEN:
                    self._webhook = None
                else:
                    raise answer(error) from error
            else:
                return
        try:
            await self.channel.get_partial_message(self.message_id).edit(
                content=content,
                view=view,
                attachments=[*files(card), *(each.opened() for each in beside)],
                allowed_mentions=NO_PINGS,
            )
        except discord.HTTPException as error:
            raise answer(error) from error


def answer(error: discord.HTTPException) -> Exception:
    """What `error` means for a message of ours: an exception of this module, or `error` itself (try again)."""
    if error.code == UNKNOWN_MESSAGE:
        return Withdrawn()
    if error.code == TOO_LARGE or error.status == 413:
        return TooLarge("the file is larger than Discord takes here")
    if error.code in NOWHERE:
        return Undeliverable(error.text or "no access")
    return error


def files(card: Card | None) -> list[discord.File]:
    """A card's file, freshly opened, since a sent one is used up."""
    if card is None or card.file is None:
        return []
    return [discord.File(io.BytesIO(card.file), filename=card.file_name, description=card.alt)]
