"""A piece's pages as files under its message: their names, and what they are to those who do not see them. Pure."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio.pages import Page
    from studio.store.records import Creation

ALT_LIMIT = 1024  # Discord's, for the description of a file


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to send, as often as it takes."""

    data: bytes
    name: str
    alt: str

    def opened(self) -> discord.File:
        """The file as Discord's library takes it, which uses one up with each try."""
        return discord.File(io.BytesIO(self.data), filename=self.name, description=self.alt)


def attachments(creation: Creation, pages: Iterable[Page]) -> tuple[Attachment, ...]:
    """The pages of a piece, named by its form and its id; a card's description is the poem itself."""
    stem = re.sub(r"[^a-z0-9]+", "-", creation.form.lower()).strip("-") or "piece"
    told = {
        "png": _cut(creation.text.strip()),
        "pdf": f"The {creation.form} as a screenplay, to print",
        "fountain": f"The {creation.form} as Fountain, which screenwriting programs open",
    }
    return tuple(
        Attachment(page.data, f"{stem}-{creation.id}.{page.ending}", told[page.ending]) for page in pages
    )


def _cut(text: str) -> str:
    return text if len(text) <= ALT_LIMIT else text[: ALT_LIMIT - 1].rstrip() + "…"
