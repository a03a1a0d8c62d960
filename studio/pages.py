"""Which pages go with a piece, and the press that sets them: a verse as a card, a script as a screenplay and its source.

The press has one thread of its own in the process that asks: a page takes tens of milliseconds and no network, Typst
lets go of the interpreter meanwhile, and the generation host, whose threads are the models', is left alone. What has
no page (a story, a poem longer than a card, a character that no font has) is delivered as the text that it is, and
so is what has one that cannot be made for whatever reason.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, Self

import structlog

from generation.forms import FORMS
from generation.page import PageError, fonts, poem_card, screenplay
from generation.page.fountain import read
from generation.page.text import is_chinese, is_han
from generation.wire.jobs import Brief

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from studio.store.records import Creation

log = structlog.get_logger(__name__)

Ending = Literal["png", "pdf", "fountain"]

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """A file that shows a piece; `ending` says what it is, and how its name ends."""

    data: bytes
    ending: Ending


class Press:
    """`with Press() as press`: the one thread that sets pages."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="press")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def pages(self, creation: Creation) -> tuple[Page, ...]:
        """The files that go with a piece, in order; none where it has no page."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, pages, creation)


def pages(creation: Creation) -> tuple[Page, ...]:
    """As `Press.pages`, in the calling thread."""
    brief = creation.brief
    if not isinstance(brief, Brief):
        return ()
    if creation.kind == "verse":
        card = partial(poem_card, creation.text, brief.theme, colophon(creation))
        return _set(creation.id, card, "png")
    if creation.kind == "script":
        fountain = source(creation.text, brief.theme)
        return (*_set(creation.id, partial(screenplay, fountain), "pdf"), Page(fountain.encode(), "fountain"))
    return ()


def sets_chinese() -> bool:
    """Whether the font for Chinese and Japanese is installed."""
    return bool(fonts.covered(fonts.HAN))


def colophon(creation: Creation) -> str:
    """The line under a poem: what it is, who set it, and the day on which it was made (UTC)."""
    made = time.gmtime(creation.made_at)
    if not is_chinese(creation.text):
        return f"{creation.form} · Renga · {made.tm_mday} {MONTHS[made.tm_mon - 1]} {made.tm_year}"
    form = FORMS.get(creation.form)  # a form of old may be gone
    own_name = "".join(filter(is_han, form.title)) if form else ""
    return f"{own_name or creation.form} · Renga · {made.tm_year}年{made.tm_mon}月{made.tm_mday}日"


def source(text: str, title: str) -> str:
    """A script's Fountain source, with a title page unless it brings one."""
    if read(text).titles:
        return f"{text.strip()}\n"
    return f"Title: {' '.join(title.split())}\n\n{text.strip()}\n"


def _set(creation_id: str, setting: Callable[[], bytes], ending: Ending) -> tuple[Page, ...]:
    try:
        return (Page(setting(), ending),)
    except PageError as error:  # its sentence may quote the piece, which is no matter for a log
        log.info("no_page", job=creation_id, ending=ending, why=type(error).__name__)
    except Exception:  # a font that cannot be read, a fault of ours: the text is delivered all the same
        log.exception("page_broke", job=creation_id, ending=ending)
    return ()
