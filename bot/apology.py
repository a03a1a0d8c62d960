"""What a member hears when something went wrong: one sentence, and a reference that the log repeats."""

from __future__ import annotations

import secrets

import discord
import structlog

from generation.forms.brief import InvalidBriefError
from studio.errors import Refusal, StoreUnavailable

log = structlog.get_logger(__name__)

REFUSALS = (Refusal, InvalidBriefError)  # their text is the member's sentence
GONE = {10062, 50027, 10015}  # unknown interaction, invalid webhook token, unknown webhook: nobody to tell


def new_reference() -> str:
    """Eight characters that join a member's sentence to a log line."""
    return secrets.token_hex(4)


def sentence_for(error: BaseException, reference: str) -> str:
    """The one sentence for `error`."""
    if isinstance(error, REFUSALS):
        return str(error)
    if isinstance(error, StoreUnavailable):
        return (
            f"I could not write this down, so nothing was started; try again in a minute. (ref {reference})"
        )
    if isinstance(error, discord.Forbidden):
        return f"Discord does not let me do that here. (ref {reference})"
    return f"Something went wrong on my side. (ref {reference})"


async def tell(interaction: discord.Interaction, sentence: str) -> None:
    """Say `sentence` to the member alone, whether or not the interaction was answered before."""
    try:
        if interaction.response.is_done():
            await interaction.followup.send(sentence, ephemeral=True)
        else:
            await interaction.response.send_message(sentence, ephemeral=True)
    except discord.HTTPException as error:
        log.warning("not_told", status=error.status, code=error.code)
    except (OSError, discord.InteractionResponded) as error:
        log.warning("not_told", error=type(error).__name__)


async def apologise(interaction: discord.Interaction, error: BaseException) -> None:
    """Tell the member one sentence and the log the rest."""
    reference = new_reference()
    if isinstance(error, REFUSALS):
        log.info("refused", interaction=interaction.id)
    elif isinstance(error, discord.HTTPException) and error.code in GONE:
        log.warning("answered_too_late", interaction=interaction.id, code=error.code)
        return
    else:
        log.error("interaction_failed", interaction=interaction.id, reference=reference, exc_info=error)
    await tell(interaction, sentence_for(error, reference))
