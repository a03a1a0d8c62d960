"""The buttons and modals under pictures, which work for ever: job and part are in their `custom_id`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.lasting import field, form, view
from bot.pictures import verbs
from studio.pictures import names

if TYPE_CHECKING:
    from studio.store.records import Creation, Picture

TEMPLATE = r"renga-picture:(?P<verb>[a-z]{2,12}):(?P<job>[A-Za-z0-9_-]{1,64}):(?P<part>[0-9]{1,2})"
NAME_FORM = re.compile(r"renga-(emoji|sticker):([A-Za-z0-9_-]{1,64}):([0-9]{1,2})")

IN_A_ROW = 5
LABELS: dict[str, tuple[str, str | None]] = {
    "which": ("Vary", "🎲"),
    "vary": ("Vary", "🎲"),
    "emoji": ("Make emoji", "😀"),
    "sticker": ("Make sticker", "🏷️"),
    "delete": ("Delete", "🗑️"),
}

Button = discord.ui.Button[discord.ui.View]


class PictureButton(discord.ui.DynamicItem[Button], template=TEMPLATE):
    """One verb on one picture of a job, for ever. A number alone is its label where it picks one of several."""

    def __init__(
        self, verb: str, job_id: str, part: int, *, numbered: bool = False, row: int | None = None
    ) -> None:
        label, emoji = (str(part + 1), None) if numbered else LABELS.get(verb, (str(part + 1), None))
        super().__init__(
            discord.ui.Button(label=label, emoji=emoji, custom_id=button_id(verb, job_id, part), row=row)
        )
        self.verb = verb
        self.job_id = job_id
        self.part = part

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["verb"], match["job"], int(match["part"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await verbs.press(interaction, self.verb, self.job_id, self.part)


def button_id(verb: str, job_id: str, part: int) -> str:
    """The `custom_id` of a verb's button on a picture."""
    return f"renga-picture:{verb}:{job_id}:{part}"


def under_made(creation: Creation) -> tuple[list[discord.ui.Item[Any]], int]:
    """The buttons for a creation's single pictures, and the row in which those for the whole may stand."""
    many = len(creation.pictures)
    if creation.form == "morph":
        return [], 0
    if many == 1:
        (picture,) = creation.pictures
        return under_one(creation.id, picture), 1
    picks: list[discord.ui.Item[Any]] = [
        PictureButton("pick", creation.id, part, row=part // IN_A_ROW) for part in range(many)
    ]
    row = (many - 1) // IN_A_ROW + 1
    if creation.form != "mix":
        picks.append(PictureButton("which", creation.id, 0, row=row))
    return picks, row


def under_one(job_id: str, picture: Picture) -> list[discord.ui.Item[Any]]:
    """What can be done with one picture."""
    found = [verb for verb in ("vary", "emoji", "sticker") if verb != "vary" or picture.spot is not None]
    return [PictureButton(verb, job_id, picture.part, row=0) for verb in found]


def which(creation: Creation) -> discord.ui.View:
    """Asks which one of several is to be varied."""
    return view(*(PictureButton("vary", creation.id, each.part, numbered=True) for each in creation.pictures))


def alone(job_id: str, picture: Picture) -> discord.ui.View:
    """What goes with a picture that was picked out; deleted, it leaves what it was picked from where it is."""
    return view(*under_one(job_id, picture), PictureButton("delete", job_id, picture.part, row=0))


def emoji_form(job_id: str, picture: Picture) -> discord.ui.Modal:
    """The modal that asks for an emoji's name."""
    offered = names.suggestion(picture.understood, ())
    name = field("name", "Name: letters, digits, underscores", offered, names.EMOJI_MOST)
    return form("Make an emoji", f"renga-emoji:{job_id}:{picture.part}", name)


def sticker_form(job_id: str, picture: Picture) -> discord.ui.Modal:
    """The modal that asks for a sticker's name and the emoji that it is found by."""
    offered = names.suggestion(picture.understood, (), most=names.STICKER_MOST)
    name = field("name", "Name", offered, names.STICKER_MOST)
    tag = field("tag", "An emoji that it is found by", names.USUAL_TAG, names.TAG_MOST)
    return form("Make a sticker", f"renga-sticker:{job_id}:{picture.part}", name, tag)
