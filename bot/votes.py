"""One-tap feedback: our own 👍 and 👎 under a piece, for members to join."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from bot.shown import TRANSIENT

if TYPE_CHECKING:
    import discord

log = structlog.get_logger(__name__)

VOTES = ("👍", "👎")


async def offer_votes(message: discord.PartialMessage, job_id: str) -> None:
    """Add the votes; a server that does not let us react keeps its own reactions."""
    try:
        for emoji in VOTES:
            await message.add_reaction(emoji)
    except TRANSIENT as error:
        log.info("votes_not_offered", job=job_id, error=type(error).__name__)
