"""Discord's ids: milliseconds since 2015, then a counter, as a decimal string.

The clock is an argument, so that a test can put Discord's clock minutes away from the bot's.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EPOCH_MS = 1_420_070_400_000


class Snowflakes:
    """Makes ids that are unique even when the clock is set back."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` gives seconds since 1970."""
        self._clock = clock
        self._last_ms = 0
        self._counter = 0
        self._backsteps = 0

    def next(self) -> str:
        """A new id of this moment."""
        now_ms = int(self._clock() * 1000)
        if now_ms < self._last_ms:
            self._backsteps = (self._backsteps + 1) % 1024
        self._counter = (self._counter + 1) % 4096 if now_ms == self._last_ms else 0
        self._last_ms = now_ms
        return str((now_ms - EPOCH_MS) << 22 | self._backsteps << 12 | self._counter)


def iso(seconds: float) -> str:
    """A moment as Discord writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
