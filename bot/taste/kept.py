"""What is kept of a member, in words and as a file of their own: shown, taken back, forgotten. Pure."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

from bot.taste.cards import cut, when
from studio.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio.consent import Receipt, Status

NAMED = {  # rows of the store, one and several
    "trial_pairs": ("pair of a trial", "pairs of trials"),
    "trial_votes": ("choice in a trial", "choices in trials"),
    "flags_and_reports": ("flag or report", "flags and reports"),
    "choices": ("choice about your votes", "choices about your votes"),
    "runs": ("training that you asked for", "trainings that you asked for"),
    "log": ("line in a log", "lines in a log"),
    "reactions": ("reaction", "reactions"),
    "wishes": ("wish", "wishes"),
    "pieces": ("piece", "pieces"),
}
FILE = "renga-export"
TOO_LARGE = (
    "All that I keep of you is more than Discord lets me send here, even packed; it is all still there, and whoever runs me can"
    " give it to you."
)
EXPORTED = "All that I keep of you, as JSON. What Discord keeps, Discord tells: Settings, Data & Privacy."


def exported(kept: Mapping[str, Any], limit: int) -> tuple[str, bytes]:
    """`/privacy export` as a file of at most `limit` bytes: its name and what is in it. A ZIP where it is larger as it is.

    Raises:
        Refusal: it is larger all the same.
    """
    data = json.dumps(kept, ensure_ascii=False, indent=1).encode()
    if len(data) <= limit:
        return f"{FILE}.json", data
    with io.BytesIO() as packed:
        with ZipFile(packed, "w", ZIP_DEFLATED) as file:
            file.writestr(f"{FILE}.json", data)
        if len(packed.getvalue()) <= limit:
            return f"{FILE}.zip", packed.getvalue()
    raise Refusal(TOO_LARGE)


def status(found: Status) -> str:
    """`/privacy status` in a server."""
    chosen = f" since {when(found.chosen_at, 'D')}" if found.chosen_at is not None else ""
    votes = {
        "opt_in": f"Your votes count here{chosen}. /privacy opt-out stops that.",
        "opt_out": f"Your votes do not count here{chosen}. /privacy opt-in changes that.",
        None: "Your votes do not count here, because you have not said yes. /privacy opt-in does that.",
    }[found.choice]
    training = (
        "This server lets me learn."
        if found.training
        else "This server does not let me learn, so nobody's do now."
    )
    kept = (
        f"I keep {_some(found.wishes, 'wish', 'wishes')} of yours with what came of them, and"
        f" {_some(found.reactions, 'reaction')} on my pieces."
    )
    learnt = (
        f"Of what was learnt, {_some(found.snapshots, 'collection')} and {_some(found.tastes, 'version')} hold something of"
        " yours. /privacy export shows all of it, /privacy delete forgets it."
    )
    return f"{votes}\n{training}\n{kept}\n{learnt}"


def everywhere(kept: Mapping[str, Any]) -> str:
    """`/privacy status`, said to the bot directly."""
    yes = sum(chosen["choice"] == "opt_in" for chosen in kept["choices"])
    return (
        f"Your votes count in {_some(yes, 'server')}. I keep {_some(len(kept['wishes']), 'wish', 'wishes')} of yours with what"
        f" came of them, and {_some(len(kept['reactions']), 'reaction')} on my pieces. /privacy export shows all of it,"
        " /privacy delete forgets it."
    )


def opted_out(*, everywhere: bool) -> str:
    """`/privacy opt-out`."""
    where = "in any server" if everywhere else "in this server"
    return (
        f"Your votes show, and teach nothing from now on {where}. What was learnt before stays; /privacy delete takes that back,"
        " too."
    )


def forgetting(kept: Mapping[str, Any]) -> str:
    """What `/privacy delete` asks before it does it."""
    return (
        f"**Shall I forget you?** In all servers: {_some(len(kept['wishes']), 'wish', 'wishes')} and the pieces made of them,"
        f" {_some(len(kept['reactions']), 'reaction')}, and everything else that I keep of you."
        f" {_some(len(kept['tastes']), 'version')} of servers' tastes learnt from it and will never serve again. This cannot be"
        " taken back; /privacy export gives you a copy first."
    )


def _some(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def receipt(found: Receipt) -> str:
    """What `/privacy delete` did."""
    rows = sum(found.rows.values())
    lines = [f"I forgot {rows} {'entry' if rows == 1 else 'entries'} of yours: " + _counted(found.rows) + "."]
    if not rows:
        lines = ["There was nothing of yours to forget."]
    if found.tastes:
        lines.append(
            f"{len(found.tastes)} {'version' if len(found.tastes) == 1 else 'versions'} of servers' tastes had learnt from it;"
            " none of them serves any more, and their files are gone: "
            + ", ".join(f"`{each[:12]}`" for each in found.tastes)
        )
    lines.append("Messages in channels are Discord's: *Delete* under a piece of yours takes it away there.")
    return cut("\n".join(lines))


def _counted(rows: Mapping[str, int]) -> str:
    return ", ".join(_some(count, *NAMED.get(name, (name, name))) for name, count in rows.items() if count)
