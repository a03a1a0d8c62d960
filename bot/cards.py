"""A creation, or the wait for one, as the text of a message. Pure: strings in, strings out.

What members typed and models wrote is shown as text and never as markup. It leaves buttons to `bot.views`.
Discord's limit of 2,000 characters a message is the service's own, not the 4,000 of its published schema.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.forms import form_named
from generation.starters import starter_named
from generation.wire.jobs import PictureBrief

if TYPE_CHECKING:
    from generation.wire.errors import Limit
    from studio.store.records import Creation, Wish

MESSAGE_LIMIT = 2000
MOST_PAGES = 3
PREVIEW_LIMIT = 1800

MOVES = {
    "vary": "a variation",
    "continue": "continued",
    "shorter": "made shorter",
    "warmer": "made warmer",
    "adjust": "adjusted",
}
ASIDE_ROOM = 140  # characters, as shown, of what stands beside a theme
REASONS_SHOWN, REASONS_ROOM = 2, 200  # sentences, and characters as shown

NOUNS = {  # one of them, and several
    "new": ("picture", "pictures"),
    "vary": ("variation", "variations"),
    "mix": ("mix", "mix"),
    "morph": ("morph", "morph"),
}

_MARKUP = re.compile(r"([\\*_~|`<>\[\]])")
_LINE_START = re.compile(r"^(\s*)(#{1,3}|-#|[-+])(?=\s)", re.MULTILINE)
_NUMBERED = re.compile(r"^(\s*\d{1,9})([.)])(?=\s)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Card:
    """What shows a finished piece: one text a message, or one text and a file that holds the piece.

    `alt` says what the file is to those who do not see it.
    """

    pages: tuple[str, ...]
    file: bytes | None = None
    file_name: str = ""
    alt: str = ""


def escape(text: str) -> str:
    """`text` so that Discord shows it letter for letter: no markup, no link, no mention."""
    text = _MARKUP.sub(r"\\\1", text)
    text = _LINE_START.sub(r"\1\\\2", text)
    text = _NUMBERED.sub(r"\1\\\2", text)
    return text.replace("://", r":\//")


def heading(brief: Wish) -> str:
    """What was asked, as it was understood, in one small line."""
    if isinstance(brief, PictureBrief):
        return "-# " + " · ".join(_told_of_pictures(brief))
    told = [brief.form, f"“{escape(brief.theme)}”"]
    if brief.given and brief.given != brief.theme:
        built = "spelling" if form_named(brief.form).given == "word" else "from"
        told.append(f"{built} “{_shown(brief.given, ASIDE_ROOM)}”")
    if brief.tone:
        told.append(escape(brief.tone))
    if brief.must:
        told.append("with " + _shown(", ".join(f"“{word}”" for word in brief.must), ASIDE_ROOM))
    if brief.length != "medium":
        told.append(brief.length)
    if brief.move != "new":
        told.append(MOVES[brief.move] + (f": {_shown(brief.wish, ASIDE_ROOM)}" if brief.wish else ""))
    return "-# " + " · ".join(told)


def waiting(brief: Wish, position: int | None = None, eta_s: float | None = None) -> str:
    """The message of a job that has not begun."""
    if position is None:
        line = "⏳ Written down; finding its place in the queue…"
    elif position <= 1:
        line = f"⏳ Next in the queue{_about(eta_s)}."
    else:
        line = f"⏳ Number {position} in the queue{_about(eta_s)}."
    return _lines(heading(brief), line)


def full(brief: Wish, eta_s: float, limit: Limit) -> str:
    """The message of a job that the host has no room for yet."""
    why = {
        "member": "You have as many pieces waiting as one member may",
        "tenant": "This server has as many pieces waiting as one may",
        "host": "The queue is full",
    }[limit]
    return _lines(heading(brief), f"⏳ {why}; this one is written down and joins the queue{_about(eta_s)}.")


def away(brief: Wish) -> str:
    """The message of a job whose generation host cannot be reached."""
    return _lines(heading(brief), "⏳ The model is being started again; your wish is kept and will be made.")


def beginning(brief: Wish) -> str:
    """The message of a job that runs and has nothing to show yet."""
    return _lines(heading(brief), "🎨 Painting…" if isinstance(brief, PictureBrief) else "✍️ Writing…")


def growing(brief: Wish, text: str) -> str:
    """The message of a job while its text grows; only the end of a text that is longer than a message."""
    if isinstance(brief, PictureBrief):  # there is nothing to read of it yet
        return beginning(brief)
    shown = escape(text)
    if len(shown) > PREVIEW_LIMIT - len(heading(brief)):
        tail = shown[-(PREVIEW_LIMIT - len(heading(brief))) :]
        shown = "…" + tail.partition("\n")[2] if "\n" in tail else "…" + tail.lstrip("\\")
    return _lines(shown, heading(brief), "-# ✍️ writing…")


def _adapter(digest: str | None) -> str:
    """What a piece was written with beside its model: one of ours has a name, others go by their digest."""
    if digest is None:
        return "no adapter"
    starter = starter_named(digest)
    return f"starter {starter.name}" if starter is not None else f"adapter {digest[:12]}"


def not_made(brief: Wish, sentence: str, reference: str | None) -> str:
    """The message of a job that failed."""
    ref = f" (ref {reference})" if reference else ""
    return _lines(heading(brief), f"⚠️ {escape(sentence)}{ref}")


def cancelled(brief: Wish) -> str:
    """The message of a job that was called off."""
    return _lines(heading(brief), "Cancelled.")


def announcement(brief: Wish, member_id: int, drafts: int = 0) -> str:
    """The one message that pings: to the member who waited long. `drafts`: among which they are to pick."""
    if drafts:
        return f"<@{member_id}> {drafts} drafts of your {noun(brief)} are ready: pick one."
    many = isinstance(brief, PictureBrief) and brief.move in ("new", "vary") and brief.count > 1
    return f"<@{member_id}> your {noun(brief)} {'are' if many else 'is'} ready."


def noun(brief: Wish) -> str:
    """What is made, in a word or two."""
    if not isinstance(brief, PictureBrief):
        return brief.form
    single, several = NOUNS[brief.move]
    return single if brief.count == 1 else several


def footer(creation: Creation) -> str:
    """What made the piece, from what, for whom."""
    return _lines(_made_by(creation), *_not_kept(creation), *_note(creation))


def _note(creation: Creation) -> tuple[str, ...]:
    return (f"-# {_shown(creation.note, REASONS_ROOM)}",) if creation.note else ()


def _made_by(creation: Creation) -> str:
    told = [escape(creation.model)]
    if not creation.pictures:  # a picture's model has no adapters
        told.append(
            "on trial, so what wrote it is not told" if creation.blind else _adapter(creation.adapter)
        )
        if creation.picked_of is not None:
            told.append(f"picked from {creation.picked_of} drafts by this server's taste")
        elif creation.choice is not None:
            told.append(f"number {creation.choice + 1} of {len(creation.drafts)} drafts")
    made = f"-# {' · '.join(told)} · seed {creation.seed} · for <@{creation.member_id}>"
    return _lines(heading(creation.brief), made)


def _not_kept(creation: Creation) -> tuple[str, ...]:
    """The one line that says that the form, or a word asked for, was not met, and why; none where all was."""
    if not creation.reasons and creation.kept is not False:
        return ()
    article = "an" if creation.form[:1] in "aeiou" else "a"
    what = f"Not quite {article} {creation.form}" if creation.kept is False else "Not all that was asked"
    why = _shown(" ".join(creation.reasons[:REASONS_SHOWN]), REASONS_ROOM)
    return (f"-# ⚠️ {what}: {why}" if why else f"-# ⚠️ {what}.",)


def _told_of_pictures(brief: PictureBrief) -> list[str]:
    """What was asked for, where it was pictures: what it is, of what, in which style, how many."""
    themes = [f"“{escape(spot.theme)}”" for spot in brief.spots]
    styles = dict.fromkeys(spot.style for spot in brief.spots if spot.style)
    told = [noun(brief), " to ".join(themes), *styles]
    if brief.move == "mix":
        told.append(f"{brief.count} steps")
    return told


def finished(creation: Creation, *, as_file: bool = False) -> Card:
    """The piece as messages, or as a file where it is longer than `MOST_PAGES` of them or `as_file` asks for one. Drafts of which one
    is to be picked are one message, with a file where they are long.
    """
    if creation.is_open:
        return _drafts(creation, as_file=as_file)
    foot = footer(creation)
    pages = _pages(escape(creation.text), len(foot) + 2)
    if as_file or len(pages) > MOST_PAGES:
        name = f"{re.sub(r'[^a-z0-9]+', '-', creation.form.lower()).strip('-') or 'piece'}-{creation.id}.txt"
        told = f"This {creation.form} is long, so it is in the file."
        return Card((_lines(told, "", foot),), creation.text.encode(), name, "The whole piece, as text")
    return Card((*pages[:-1], _lines(pages[-1], "", foot)))


def _drafts(creation: Creation, *, as_file: bool) -> Card:
    """All drafts, numbered, so that one can be picked."""
    asked = f"-# Which one shall it be? <@{creation.member_id}> picks."
    foot = _lines(_made_by(creation), *_note(creation), asked)
    shown = []
    for draft in creation.drafts:
        amiss = " · not quite in its form" if draft.kept is False else ""
        shown.append(_lines(f"**{draft.part + 1}**{amiss}", escape(draft.text)))
    text = "\n\n".join(shown)
    if not as_file and len(text) + len(foot) + 2 <= MESSAGE_LIMIT:
        return Card((_lines(text, "", foot),))
    whole = "\n\n".join(f"{draft.part + 1}.\n\n{draft.text}" for draft in creation.drafts)
    told = f"These {len(creation.drafts)} drafts are long, so they are in the file."
    return Card((_lines(told, "", foot),), whole.encode(), f"drafts-{creation.id}.txt", "All drafts, as text")


def _pages(text: str, room_for_foot: int) -> list[str]:
    """`text` cut where it hurts least, each piece within the limit and the last with room for the footer."""
    pages: list[str] = []
    limit = MESSAGE_LIMIT - 10
    while len(text) > limit - room_for_foot:
        window = text[: limit if len(text) > limit else limit - room_for_foot]
        cut = max(window.rfind("\n\n"), window.rfind("\n") if "\n\n" not in window[limit // 2 :] else -1)
        if cut < limit // 4:
            cut = window.rfind(" ")
        if cut < limit // 4:
            cut = len(window) - (len(window) - len(window.rstrip("\\"))) % 2
        pages.append(text[:cut].rstrip())
        text = text[cut:].lstrip("\n")
    return [*pages, text]


def _shown(text: str, room: int) -> str:
    """`text` escaped, cut where it is longer than `room`."""
    text = escape(text)
    return text if len(text) <= room else text[: room - 1].rstrip("\\ ") + "…"


def _about(eta_s: float | None) -> str:
    if eta_s is None:
        return ""
    if eta_s < 5:
        return ", in a few seconds"
    if eta_s < 90:
        return f", in about {round(eta_s / 5) * 5} seconds"
    if eta_s < 90 * 60:
        return f", in about {round(eta_s / 60)} minutes"
    return f", in about {round(eta_s / 3600)} hours"


def _lines(*lines: str) -> str:
    return "\n".join(lines)
