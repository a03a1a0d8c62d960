"""Flags and reports: set from a message's menu, and looked at one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cards import escape
from bot.shown import NO_PINGS
from bot.taste import buttons, cards, verbs
from generation.wire.jobs import PictureBrief
from studio import flags

if TYPE_CHECKING:
    import discord

    from bot.client import Renga
    from studio.store.records import Creation
    from studio.store.taste_records import FlagKind, Verdict

FLAGGED = (
    "Flagged: nothing will be learnt from this as liked. *Delete* under the piece takes it away altogether."
)
REPORTED = "Thank you. Moderators will look at it; until they have, it stays as it is."
NOTHING_WAITS = "No report waits for a moderator."
UPHELD = "Never again: nothing will be learnt from this as liked."
DISMISSED = "It is fine: reports and flags of it count no more."


async def add(interaction: discord.Interaction[Renga], message: discord.Message, kind: FlagKind) -> None:
    """A member reports a piece, or a moderator flags it.

    Raises:
        Refusal: why not.
    """
    client = interaction.client
    guild_id = verbs.guild_of(interaction)
    piece = await flags.add(
        client.store,
        guild_id,
        message.id,
        interaction.user.id,
        kind,
        client.clock(),
        moderates=moderates(interaction),
    )
    await interaction.response.send_message(FLAGGED if kind == "flag" else REPORTED, ephemeral=True)
    if kind == "flag":
        client.look_after(guild_id, piece.kind, piece.channel_id)


async def show(interaction: discord.Interaction[Renga]) -> None:
    """Show the report that has waited longest, to the moderator alone.

    Raises:
        Refusal: they are none.
    """
    content, view = await _next(interaction, None)
    await interaction.response.send_message(content, view=view, ephemeral=True, allowed_mentions=NO_PINGS)


async def uphold(interaction: discord.Interaction[Renga], creation_id: str) -> None:
    """The report is right."""
    await _resolve(interaction, creation_id, "upheld")


async def dismiss(interaction: discord.Interaction[Renga], creation_id: str) -> None:
    """The report is not."""
    await _resolve(interaction, creation_id, "dismissed")


async def following(interaction: discord.Interaction[Renga], creation_id: str) -> None:
    """The next one, and this one later."""
    content, view = await _next(interaction, creation_id)
    await interaction.response.edit_message(content=content, view=view)


async def _resolve(interaction: discord.Interaction[Renga], creation_id: str, verdict: Verdict) -> None:
    client = interaction.client
    guild_id = verbs.guild_of(interaction)
    piece = await flags.resolve(
        client.store, guild_id, creation_id, verdict, interaction.user.id, client.clock(),
        moderates=moderates(interaction),
    )  # fmt: skip
    content, view = await _next(interaction, None)
    told = UPHELD if verdict == "upheld" else DISMISSED
    await interaction.response.edit_message(content=f"{told}\n\n{content}", view=view)
    if verdict == "upheld":
        client.look_after(guild_id, piece.kind, piece.channel_id)


async def _next(interaction: discord.Interaction[Renga], after: str | None) -> tuple[str, discord.ui.View]:
    guild_id = verbs.guild_of(interaction)
    found = await flags.waiting(
        interaction.client.store, guild_id, moderates=moderates(interaction), after=after
    )
    if found is None:
        return NOTHING_WAITS, buttons.none()
    piece = found.creation
    where = f"https://discord.com/channels/{guild_id}/{piece.channel_id}/{found.message_id}"
    head = f"**{piece.form}**, reported by {found.reports}" + (
        f" · {found.others} more wait" if found.others else ""
    )
    seen = f"\n{where}" if found.message_id is not None else "\n-# Its message is gone."
    shown = cards.room(_said(piece)) if piece.text else "-# Pictures; the link shows them."
    return f"{head}\n{shown}{seen}\n-# asked for: {escape(_asked(found))}", buttons.to_review(piece.id)


def _said(piece: Creation) -> str:
    """The piece, or all of its drafts: the one that was reported may not be the one that was picked."""
    if not piece.drafts:
        return piece.text
    return "\n\n".join(
        f"{draft.part + 1}{' (picked)' if draft.part == piece.choice else ''}: {draft.text}"
        for draft in piece.drafts
    )


def _asked(found: flags.Waiting) -> str:
    brief = found.creation.brief
    if isinstance(brief, PictureBrief):
        return " to ".join(spot.theme for spot in brief.spots)
    return brief.theme


def moderates(interaction: discord.Interaction[Renga]) -> bool:
    """Whether the member may moderate here, as Discord says now."""
    return interaction.permissions.manage_messages
