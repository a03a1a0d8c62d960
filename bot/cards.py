"""A creation, or the wait for one, as the text of a message. Pure: strings in, strings out.

What members typed and models wrote is shown as text and never as markup. It leaves buttons to `bot.views`.
Discord's limit of 2,000 characters a message is the service's own, not the 4,000 of its published schema.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generation.wire.errors import Limit
    from generation.wire.jobs import Brief
    from studio.store.records import Creation

MESSAGE_LIMIT = 2000
MOST_PAGES = 3
PREVIEW_LIMIT = 1800

_MARKUP = re.compile(r"([\\*_~|`<>\[\]])")
_LINE_START = re.compile(r"^(\s*)(#{1,3}|-#|[-+])(?=\s)", re.MULTILINE)
_NUMBERED = re.compile(r"^(\s*\d{1,9})([.)])(?=\s)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Card:
    """What shows a finished piece: one text a message, or one text and a file that holds the piece."""

    pages: tuple[str, ...]
    file: bytes | None = None
    file_name: str = ""


def escape(text: str) -> str:
    """`text` so that Discord shows it letter for letter: no markup, no link, no mention."""
    text = _MARKUP.sub(r"\\\1", text)
    text = _LINE_START.sub(r"\1\\\2", text)
    text = _NUMBERED.sub(r"\1\\\2", text)
    return text.replace("://", r":\//")


def heading(brief: Brief) -> str:
    """What was asked, in one small line."""
    told = [brief.form, f"“{escape(brief.theme)}”"]
    if brief.tone:
        told.append(escape(brief.tone))
    if brief.move != "new":
        told.append({"vary": "a variation", "continue": "continued"}[brief.move])
    return "-# " + " · ".join(told)


def waiting(brief: Brief, position: int | None = None, eta_s: float | None = None) -> str:
    """The message of a job that has not begun."""
    if position is None:
        line = "⏳ Written down; finding its place in the queue…"
    elif position <= 1:
        line = f"⏳ Next in the queue{_about(eta_s)}."
    else:
        line = f"⏳ Number {position} in the queue{_about(eta_s)}."
    return _lines(heading(brief), line)


def full(brief: Brief, eta_s: float, limit: Limit) -> str:
    """The message of a job that the host has no room for yet."""
    why = {
        "member": "You have as many pieces waiting as one member may",
        "tenant": "This server has as many pieces waiting as one may",
        "host": "The queue is full",
    }[limit]
    return _lines(heading(brief), f"⏳ {why}; this one is written down and joins the queue{_about(eta_s)}.")


def away(brief: Brief) -> str:
    """The message of a job whose generation host cannot be reached."""
    return _lines(heading(brief), "⏳ The model is being started again; your wish is kept and will be made.")


def beginning(brief: Brief) -> str:
    """The message of a job that runs and has nothing to show yet."""
    return _lines(heading(brief), "✍️ Writing…")


def growing(brief: Brief, text: str) -> str:
    """The message of a job while its text grows; only the end of a text that is longer than a message."""
    shown = escape(text)
    if len(shown) > PREVIEW_LIMIT - len(heading(brief)):
        tail = shown[-(PREVIEW_LIMIT - len(heading(brief))) :]
        shown = "…" + tail.partition("\n")[2] if "\n" in tail else "…" + tail.lstrip("\\")
    return _lines(shown, heading(brief), "-# ✍️ writing…")


def not_made(brief: Brief, sentence: str, reference: str | None) -> str:
    """The message of a job that failed."""
    ref = f" (ref {reference})" if reference else ""
    return _lines(heading(brief), f"⚠️ {escape(sentence)}{ref}")


def cancelled(brief: Brief) -> str:
    """The message of a job that was called off."""
    return _lines(heading(brief), "Cancelled.")


def announcement(brief: Brief, member_id: int) -> str:
    """The one message that pings: to the member who waited long."""
    return f"<@{member_id}> your {brief.form} is ready."


def footer(creation: Creation) -> str:
    """What made the piece, from what, for whom."""
    adapter = f"adapter {creation.adapter[:12]}" if creation.adapter else "no adapter"
    made = f"-# {escape(creation.model)} · {adapter} · seed {creation.seed} · for <@{creation.member_id}>"
    note = (f"-# {escape(creation.note)}",) if creation.note else ()
    return _lines(heading(creation.brief), made, *note)


def finished(creation: Creation, *, as_file: bool = False) -> Card:
    """The piece as messages, or as a file where it is longer than `MOST_PAGES` of them or `as_file` asks for one."""
    foot = footer(creation)
    pages = _pages(escape(creation.text), len(foot) + 2)
    if as_file or len(pages) > MOST_PAGES:
        name = f"{re.sub(r'[^a-z0-9]+', '-', creation.form.lower()).strip('-') or 'piece'}-{creation.id}.txt"
        told = f"This {creation.form} is long, so it is in the file."
        return Card((_lines(told, "", foot),), creation.text.encode(), name)
    return Card((*pages[:-1], _lines(pages[-1], "", foot)))


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
