"""Buttons and forms that work for ever: everything they need is in their `custom_id`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import discord

from bot import verbs
from bot.lasting import field, form, view
from bot.pictures import buttons
from generation.forms import form_named
from generation.wire.jobs import PictureBrief
from studio.derive import can_shorten

if TYPE_CHECKING:
    from generation.wire.jobs import Brief
    from studio.store.records import Creation, JobRecord, Wish

TEMPLATE = r"renga:(?P<verb>[a-z]{2,12}):(?P<job>[A-Za-z0-9_-]{1,64})(?::(?P<page>[0-9]{1,2}))?"
PICK = r"renga-pick:(?P<job>[A-Za-z0-9_-]{1,64}):(?P<part>[0-9])"
BRIEF_FORM = re.compile(r"renga-brief:([A-Za-z0-9_-]{1,64})")
WISH_FORM = re.compile(r"renga-wish:([A-Za-z0-9_-]{1,64})")

LABELS = {
    "again": ("Again", "🔁"),
    "vary": ("Vary", "🎲"),
    "continue": ("Continue", "➡️"),
    "shorter": ("Shorter", "✂️"),
    "warmer": ("Warmer", "☀️"),
    "adjust": ("Adjust", "🪄"),
    "edit": ("Edit brief", "✏️"),
    "delete": ("Delete", "🗑️"),
    "cancel": ("Cancel", "✖️"),
}

Button = discord.ui.Button[discord.ui.View]


class VerbButton(discord.ui.DynamicItem[Button], template=TEMPLATE):
    """One verb on one job, for ever."""

    def __init__(self, verb: str, job_id: str, *, row: int | None = None) -> None:
        label, emoji = LABELS[verb]
        super().__init__(
            discord.ui.Button(label=label, emoji=emoji, custom_id=verb_id(verb, job_id), row=row)
        )
        self.verb = verb
        self.job_id = job_id

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["verb"], match["job"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await verbs.press(interaction, self.verb, self.job_id)


class PickButton(discord.ui.DynamicItem[Button], template=PICK):
    """Picks one of a piece's drafts; its number is its label."""

    def __init__(self, job_id: str, part: int) -> None:
        button: Button = discord.ui.Button(
            label=str(part + 1),
            style=discord.ButtonStyle.primary,
            custom_id=f"renga-pick:{job_id}:{part}",
            row=0,
        )
        super().__init__(button)
        self.job_id = job_id
        self.part = part

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["job"], int(match["part"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await verbs.pick(interaction, self.job_id, self.part)


class PageMark(discord.ui.Button[discord.ui.View]):
    """A dead button that says which page this is, and by which we know our own page again after an outage."""

    def __init__(self, job_id: str, page: int, pages: int) -> None:
        super().__init__(
            label=f"{page + 1} of {pages}", disabled=True, custom_id=page_id(job_id, page), row=1
        )

    def is_dispatchable(self) -> bool:
        """Nobody can press it, so discord.py has nothing to remember."""
        return False


def verb_id(verb: str, job_id: str) -> str:
    """The `custom_id` of a verb's button on a job."""
    return f"renga:{verb}:{job_id}"


def page_id(job_id: str, page: int) -> str:
    """The `custom_id` that marks a page (from 0) of a job's result."""
    return f"renga:page:{job_id}:{page}"


def while_waiting(job_id: str) -> discord.ui.View:
    """What can be done with a job that is not made yet."""
    return view(VerbButton("cancel", job_id))


def when_made(creation: Creation, page: int = 0, pages: int = 1) -> discord.ui.View:
    """What can be done with a piece, on its last page; earlier pages carry their mark alone."""
    items: list[discord.ui.Item[Any]] = []
    if creation.pictures:
        items, row = buttons.under_made(creation)
        items += [VerbButton(verb, creation.id, row=row) for verb in ("again", "delete")]
    elif creation.is_open:
        items = [PickButton(creation.id, draft.part) for draft in creation.drafts]
        items += [VerbButton(verb, creation.id, row=1) for verb in ("again", "edit", "delete")]
    elif page == pages - 1:
        items += [VerbButton(verb, creation.id, row=row) for verb, row in _of_a_text(creation.brief)]
    if pages > 1:
        items.append(PageMark(creation.id, page, pages))
    return view(*items)


def _of_a_text(brief: Wish) -> list[tuple[str, int]]:
    """The verbs under a text and the row of each: what makes another piece of it, then what asks or takes away."""
    moves = ["again", "vary", "continue", "shorter", "warmer"]
    if isinstance(brief, PictureBrief) or not can_shorten(brief):
        moves.remove("shorter")
    return [(verb, 0) for verb in moves] + [(verb, 1) for verb in ("adjust", "edit", "delete")]


def when_not_made(record: JobRecord) -> discord.ui.View:
    """What can be done with a job that failed or was called off."""
    found = ("again", "delete") if isinstance(record.brief, PictureBrief) else ("again", "edit", "delete")
    return view(*(VerbButton(verb, record.id) for verb in found))


def brief_form(job_id: str, brief: Brief) -> discord.ui.Modal:
    """The modal that edits a brief."""
    asked = form_named(brief.form)
    named = asked.name if brief.length == "medium" else f"{asked.name}, {brief.length}"
    if asked.given:  # there are at most five fields
        last = field("line", f"The {asked.given} that it is built on", brief.given, 300)
    else:
        last = field("seed", "Seed (empty: a new one)", "", 12)
    return form(
        "Edit the brief",
        f"renga-brief:{job_id}",
        field("theme", "Theme", brief.theme, 300, required=True, long=True),
        field("form", "Form (and a length: haiku, or scene, short)", named, 60, required=True),
        field("tone", "Tone", brief.tone, 60),
        field("must", "Words to include, with commas", ", ".join(brief.must), 250),
        last,
    )


def wish_form(job_id: str) -> discord.ui.Modal:
    """The modal that asks what should change."""
    wish = field("wish", "What should change?", "", 300, required=True, long=True)
    return form("Adjust", f"renga-wish:{job_id}", wish)
