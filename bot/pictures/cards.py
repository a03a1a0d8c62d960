"""Pictures as the text beside them: what was understood, what they are to those who do not see them. Pure.

What lies in a theme, and what the network takes it for, is shown as text and never as markup.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from bot.cards import Card, escape, footer
from studio.pictures.files import ENDINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.store.records import Creation, Picture

ALT_LIMIT = 1000  # characters; Discord's is 1,024
NAME_LIMIT = 60
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def finished(creation: Creation, file: bytes, *, spoiler: bool) -> Card:
    """The message of a made creation, with the one file that shows it."""
    first, last = creation.pictures[0], creation.pictures[-1]
    if creation.form == "morph":  # one text an end
        told = [f"**{escape(end)}**" for end in first.understood]
    else:
        told = list(dict.fromkeys((understood(first), understood(last))))
    lines = [" → ".join(part for part in told if part), *outside(creation.pictures), footer(creation)]
    name = file_name(_words(creation.pictures), creation.id, creation.mime, spoiler=spoiler)
    return Card(("\n".join(line for line in lines if line),), file, name, alt(creation))


def picked(creation: Creation, picture: Picture, file: bytes, *, member_id: int, spoiler: bool) -> Card:
    """The message of one picture that a member picked out, at full size."""
    seed = f" · seed {picture.spot.seed}" if picture.spot is not None else ""
    place = f"{picture.part + 1} of {len(creation.pictures)}"
    lines = [understood(picture), f"-# {place}{seed} · picked by <@{member_id}>"]
    name = file_name(picture.understood, f"{creation.id}-{picture.part + 1}", picture.mime, spoiler=spoiler)
    return Card(("\n".join(line for line in lines if line),), file, name, _alone(picture))


def understood(picture: Picture) -> str:
    """What the network took the theme for: "fox · red · flat"."""
    words = " · ".join(escape(word) for word in picture.understood)
    return f"**{words}**" if words else ""


def outside(pictures: Sequence[Picture]) -> list[str]:
    """A sentence where a theme lies outside what the network knows, with the nearest names that it does know."""
    stranger = next((picture for picture in pictures if picture.outside), None)
    if stranger is None:
        return []
    what = f"“{escape(stranger.spot.theme)}”" if stranger.spot is not None else "One of these themes"
    known = [escape(name) for name in stranger.nearest]
    if not known:
        return [f"{what} lies outside what I know, so this is a guess."]
    several = f"{', '.join(known[:-1])} and {known[-1]}" if len(known) > 1 else known[0]
    nearest = "things that I do know are" if len(known) > 1 else "thing that I do know is"
    return [f"{what} lies outside what I know, so this is a guess; the nearest {nearest} {several}."]


def alt(creation: Creation) -> str:
    """What the file is to those who do not see it."""
    first, last, many = creation.pictures[0], creation.pictures[-1], len(creation.pictures)
    if many == 1:
        return _alone(first)
    if creation.form == "mix":
        ends = f"The first: {_alone(first)} The last: {_alone(last)}"
        return f"A strip of {NUMBERS[many - 1]} numbered pictures. {ends}"[:ALT_LIMIT]
    said = list(dict.fromkeys(_alone(picture) for picture in creation.pictures))
    each = said[0] if len(said) == 1 else " ".join(f"{n}: {text}" for n, text in enumerate(said, 1))
    return f"A grid of {NUMBERS[many - 1]} numbered pictures. {each}"[:ALT_LIMIT]


def file_name(words: Sequence[str], name: str, mime: str, *, spoiler: bool) -> str:
    """A name in plain letters; Discord veils what begins with SPOILER_."""
    plain = unicodedata.normalize("NFKD", "-".join(words)).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:NAME_LIMIT] or "picture"
    return f"{'SPOILER_' if spoiler else ''}{stem}-{name}{ENDINGS[mime]}"


def _alone(picture: Picture) -> str:
    return (picture.alt or f"A picture of {_said(picture)}.")[:ALT_LIMIT]


def _said(picture: Picture) -> str:
    return ", ".join(picture.understood) or (picture.spot.theme if picture.spot else "something")


def _words(pictures: Sequence[Picture]) -> list[str]:
    return list(dict.fromkeys(word for picture in (pictures[0], pictures[-1]) for word in picture.understood))
