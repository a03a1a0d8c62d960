"""The event loop's pulse: how late a short sleep wakes, so that a blocked loop is seen, not guessed."""

from __future__ import annotations

import asyncio
import time
from collections import deque

INTERVAL_S = 0.01
KEPT = 30_000  # five minutes


class Pulse:
    """Samples of the loop's lateness in milliseconds, newest last, each with its monotonic time in seconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque(maxlen=KEPT)

    async def run(self) -> None:
        """Sample until cancelled."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(INTERVAL_S)
            now = time.monotonic()
            self._samples.append((now, max(0.0, now - before - INTERVAL_S) * 1000))

    def since(self, moment: float) -> list[float]:
        """Lateness in milliseconds of each sample after `moment` (monotonic seconds)."""
        return [late for at, late in self._samples if at > moment]

    def quantiles(self) -> dict[str, float]:
        """The kept samples' p50, p99, p999 and maximum, in milliseconds; empty when there are none yet."""
        ordered = sorted(late for _, late in self._samples)
        if not ordered:
            return {}
        last = len(ordered) - 1
        named = {"p50": 0.5, "p99": 0.99, "p999": 0.999, "max": 1.0}
        return {name: round(ordered[int(last * q)], 3) for name, q in named.items()}
