"""One job's numbered events, and waiting for more of them. What was superseded is not kept.

Lives on the event loop only. It holds at most one place in the line and one preview a part, so that a job's log
stays as small as its result, however slowly anybody reads.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from generation.wire.errors import UnknownJob
from generation.wire.events import TERMINAL, Artifact, Numbered, Preview, Queued

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.wire.events import Event


class JobLog:
    """Append with `add`; numbers count from 1 and rise, with gaps where something was superseded."""

    def __init__(self) -> None:
        self._kept: list[Numbered] = []
        self._last = 0
        self._readers = 0
        self._news = asyncio.Event()
        self._forgotten = False

    @property
    def over(self) -> bool:
        """Whether the last event is a terminal one; nothing may follow it."""
        return bool(self._kept) and isinstance(self._kept[-1].event, TERMINAL)

    @property
    def watched(self) -> bool:
        """Whether somebody waits for news now."""
        return self._readers > 0

    @property
    def place(self) -> Queued | None:
        """The place in the line that was last said, until the job has started."""
        return next((kept.event for kept in self._kept if isinstance(kept.event, Queued)), None)

    def add(self, event: Event) -> None:
        assert not self.over
        self._last += 1
        self._kept = [kept for kept in self._kept if not _supersedes(event, kept.event)]
        self._kept.append(Numbered(self._last, event))
        self._wake()

    def after(self, n: int) -> Sequence[Numbered]:
        """What is kept of the events above `n`, now."""
        return [kept for kept in self._kept if kept.n > n]

    async def changed(self, after: int) -> None:
        """Wait until there is an event above `after`.

        Raises:
            UnknownJob: the job was forgotten.
        """
        self._readers += 1
        try:
            while self._last <= after and not self._forgotten:
                await self._news.wait()
        finally:
            self._readers -= 1
        if self._forgotten:
            raise UnknownJob("it was forgotten")

    def forget(self) -> None:
        """End every wait: nothing will come."""
        self._forgotten = True
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


def _supersedes(new: Event, old: Event) -> bool:
    match old:
        case Queued():
            return True
        case Preview(part=part):
            return isinstance(new, TERMINAL) or (isinstance(new, Preview | Artifact) and new.part == part)
        case _:
            return False
