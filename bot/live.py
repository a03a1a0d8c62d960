"""The message of a running job: the newest state wins, one edit in flight, one in a second and a half.

It leaves the finished card to `bot.delivery`, which must arrive; these edits may be lost.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import structlog

from bot.shown import TRANSIENT, ShownMessage, Undeliverable, Withdrawn

if TYPE_CHECKING:
    from collections.abc import Callable

    import discord

log = structlog.get_logger(__name__)

TEXT_EVERY_S = 1.5  # a token's limit is five edits in five seconds: this leaves one for the card
PLACE_EVERY_S = 5.0
FAR_EVERY_S = 20.0  # far back in the line, where hundreds wait, a place is news less often
FAR = 10
FIRST_SHARE = 0.2  # the first edit comes after this share of the usual pause: news soon, but not two at once


class LiveMessage:
    """Shows a job's progress until it is closed. `gone` is set when the message was deleted."""

    def __init__(
        self, shown: ShownMessage, job_id: str, clock: Callable[[], float], first: str,
        view: Callable[[], discord.ui.View],
    ) -> None:  # fmt: skip
        """`first` is what the message says already, so that it is not said again; `view` makes what can be pressed."""
        self.gone = asyncio.Event()
        self._shown = shown
        self._job_id = job_id
        self._clock = clock
        self._view = view
        self._said = first
        self._newest = first
        self._every_s = PLACE_EVERY_S
        self._wake = asyncio.Event()
        self._task = asyncio.create_task(self._run(), name=f"live-{job_id}")

    def say(self, content: str, *, every_s: float = PLACE_EVERY_S) -> None:
        """Offer a newer state; it is shown when its turn comes, or never if a newer one comes first.

        `every_s` is the least time between two edits: a growing text is news more often than a place.
        """
        self._newest = content
        self._every_s = every_s
        self._wake.set()

    async def close(self) -> None:
        """Let an edit in flight finish, and make no other: the card must be the last word."""
        self._newest = self._said
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        last = time.monotonic()
        edited = showed_text = False
        while not self.gone.is_set():
            await self._wake.wait()
            self._wake.clear()
            await self._pause(last, edited=edited, showed_text=showed_text)
            if self._newest == self._said:
                continue
            edited = True
            showed_text = showed_text or self._every_s == TEXT_EVERY_S
            edit = asyncio.ensure_future(self._edit(self._newest))
            try:
                await asyncio.shield(edit)
            except asyncio.CancelledError:
                await edit
                raise
            last = time.monotonic()

    async def _pause(self, last: float, *, edited: bool, showed_text: bool) -> None:
        """Wait until the next edit is due: at once for the first text, which is what people wait for."""
        while not (self._every_s == TEXT_EVERY_S and not showed_text):
            left = last + self._every_s * (1.0 if edited else FIRST_SHARE) - time.monotonic()
            if left <= 0:
                return
            try:
                await asyncio.wait_for(self._wake.wait(), left)
            except TimeoutError:
                return
            self._wake.clear()

    async def _edit(self, content: str) -> None:
        try:
            await self._shown.edit(content, self._view(), now=self._clock())
        except Withdrawn:
            self.gone.set()
        except (Undeliverable, *TRANSIENT) as error:
            log.info("live_edit_lost", job=self._job_id, error=type(error).__name__)
        else:
            self._said = content
