"""Buttons about a server's taste that work for ever: a verb, and what it is about, in their `custom_id`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import discord

from bot.lasting import view
from bot.taste import verbs

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from studio.adapters.records import Gate, Version

TEMPLATE = r"renga-taste:(?P<verb>[a-z]{2,12}):(?P<about>[A-Za-z0-9_-]{1,70})"
HERE = "here"  # in the place of what it is about: the server, or the member

Style = discord.ButtonStyle
LABELS: dict[str, tuple[str, str, discord.ButtonStyle]] = {
    "on": ("Turn it on", "🌱", Style.success),
    "keepoff": ("Leave it off", "✖️", Style.secondary),
    "off": ("Turn it off", "✖️", Style.secondary),
    "count": ("Count my votes", "👍", Style.success),
    "stored": ("What is stored?", "🔎", Style.secondary),
    "stop": ("Cancel", "✖️", Style.secondary),
    "train": ("Train an adapter", "🌿", Style.primary),
    "back": ("Take it back", "🍂", Style.secondary),
    "blind": ("Blind vote", "⚖️", Style.primary),
    "quiet": ("Quiet trial", "🌙", Style.secondary),
    "serve": ("Serve it now", "🌿", Style.secondary),
    "waive": ("Waive what failed", "☑️", Style.secondary),
    "two": ("Show two", "⚖️", Style.primary),
    "left": ("A", "", Style.secondary),
    "right": ("B", "", Style.secondary),
    "end": ("End the trial", "✖️", Style.secondary),
    "forget": ("Forget all of it", "🗑️", Style.danger),
    "uphold": ("Never again", "🚫", Style.danger),
    "dismiss": ("It is fine", "✅", Style.secondary),
    "next": ("Next", "➡️", Style.secondary),
}

Button = discord.ui.Button[discord.ui.View]


class TasteButton(discord.ui.DynamicItem[Button], template=TEMPLATE):
    """One verb on one thing, for ever."""

    def __init__(self, verb: str, about: str, *, row: int | None = None) -> None:
        label, emoji, style = LABELS[verb]
        super().__init__(
            discord.ui.Button(
                label=label, emoji=emoji or None, style=style, custom_id=custom_id(verb, about), row=row
            )
        )
        self.verb = verb
        self.about = about

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["verb"], match["about"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await verbs.press(interaction, self.verb, self.about)


def custom_id(verb: str, about: str) -> str:
    """The `custom_id` of a verb's button."""
    return f"renga-taste:{verb}:{about}"


def none() -> discord.ui.View:
    """Nothing to press."""
    return view()


def these(about: str, *named: str) -> discord.ui.View:
    """Buttons about one thing."""
    return view(*(TasteButton(verb, about) for verb in named))


def while_learning(run_id: str) -> discord.ui.View:
    """What can be done with a run."""
    return these(run_id, "stop")


def under_head(version: Version, missing: str | None) -> discord.ui.View:
    """What can be done with a head that has come to serve."""
    further = [] if missing is not None else [TasteButton("train", version.kind)]
    return view(*further, TasteButton("back", version.digest))


def under_adapter(version: Version, gates: Sequence[Gate]) -> discord.ui.View:
    """What can be done with an adapter, by what its gates said and where it stands."""
    if version.state == "serving":
        return these(version.digest, "back")
    if version.state != "candidate":
        return none()
    stopping = [gate for gate in gates if gate.stops]
    if not stopping:
        return these(version.digest, "blind", "quiet", "serve")
    return these(version.digest, "waive") if all(gate.waivable for gate in stopping) else none()


def of_version(version: Version, gates: Sequence[Gate]) -> discord.ui.View:
    """What can be done with a version that is shown."""
    if version.what == "adapter":
        return under_adapter(version, gates)
    return {"serving": these(version.digest, "back"), "retired": these(version.digest, "serve")}.get(
        version.state, none()
    )


def under_trial(trial_id: str, way: str) -> discord.ui.View:
    """What can be done with a trial."""
    return these(trial_id, "two", "end") if way == "blind" else these(trial_id, "end")


def under_pair(pair_id: str, trial_id: str) -> discord.ui.View:
    """The choice between two, and the next two."""
    return view(TasteButton("left", pair_id), TasteButton("right", pair_id), TasteButton("two", trial_id))


def to_review(creation_id: str) -> discord.ui.View:
    """What a moderator can say of a reported piece."""
    return view(*(TasteButton(verb, creation_id) for verb in ("uphold", "dismiss", "next")))
