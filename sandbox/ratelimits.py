"""Rate limits that bite: a bucket for each route and major parameter, and fifty requests a second over all.

The numbers are near Discord's, which publishes none; its headers are what a client must go by. Windows are fixed,
as Discord's are: a window begins with its first request. A shared limit is of the guild, whoever asks: its answer
says "shared", and the headers before it said nothing of it.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FORGET_BUCKETS_AT = 4096


@dataclass(frozen=True, slots=True)
class Limit:
    """`count` requests in `per_s` seconds; routes with the same name share it."""

    name: str
    count: int
    per_s: float

    @property
    def hash(self) -> str:
        """What Discord calls the bucket."""
        return hashlib.md5(self.name.encode(), usedforsecurity=False).hexdigest()


READ = Limit("read", 10, 2.0)
HISTORY = Limit("history", 5, 1.0)
SEND = Limit("send", 5, 5.0)
EDIT = Limit("edit", 5, 5.0)
DELETE = Limit("delete", 5, 1.0)
REACT = Limit("react", 1, 0.25)
REACTIONS_READ = Limit("reactions-read", 5, 1.0)
TYPING = Limit("typing", 5, 5.0)
COMMANDS = Limit("commands", 5, 5.0)
EXPRESSIONS = Limit("expressions", 10, 5.0)
EMOJIS_MADE = Limit("emojis-made", 50, 3600.0)
STICKERS_MADE = Limit("stickers-made", 50, 3600.0)
WEBHOOK_SEND = Limit("webhook-send", 5, 2.0)
WEBHOOK_EDIT = Limit("webhook-edit", 5, 5.0)
WEBHOOK_OTHER = Limit("webhook-other", 5, 1.0)


@dataclass(slots=True)
class _Window:
    began: float
    used: int
    per_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The headers of the answer, and how long to wait where the request is refused (seconds)."""

    headers: dict[str, str]
    retry_after: float | None
    everywhere: bool = False

    def within(self, shared: Verdict) -> Verdict:
        """This verdict, where a shared limit has its say too and tells nothing of itself before it refuses."""
        if self.retry_after is not None or shared.retry_after is None:
            return self
        return Verdict(self.headers | {"X-RateLimit-Scope": "shared"}, shared.retry_after)


def whole_seconds(wait: float) -> int:
    """A wait as a `Retry-After` header has it: rounded up, and one at the least."""
    return max(1, math.ceil(wait))


class RateLimits:
    """All buckets. `monotonic` measures windows, `now` is the clock of the headers."""

    def __init__(self, monotonic: Callable[[], float], now: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._now = now
        self._windows: dict[tuple[str, str], _Window] = {}
        self._global = _Window(0.0, 0)

    def take(self, limit: Limit | None, major: str, *, global_limit: int | None) -> Verdict:
        """Count one request. `global_limit` None: it is exempt from the one over all."""
        at = self._monotonic()
        if global_limit is not None and (wait := self._over_all(at, global_limit)) is not None:
            return Verdict(
                {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}, wait, everywhere=True
            )
        if limit is None:
            return Verdict({}, None)
        window = self._windows.get((limit.name, major))
        if window is None or at - window.began >= limit.per_s:
            window = self._windows[limit.name, major] = _Window(at, 0, limit.per_s)
            self._forget(at)
        # in this order no rounding makes it longer than the window
        reset_after = limit.per_s - (at - window.began)
        refused = window.used >= limit.count
        if not refused:
            window.used += 1
        headers = {
            "X-RateLimit-Limit": str(limit.count),
            "X-RateLimit-Remaining": str(limit.count - window.used),
            "X-RateLimit-Reset": f"{self._now() + reset_after:.3f}",
            "X-RateLimit-Reset-After": f"{reset_after:.3f}",
            "X-RateLimit-Bucket": limit.hash,
        }
        if refused:
            headers["X-RateLimit-Scope"] = "user"
        return Verdict(headers, reset_after if refused else None)

    def _over_all(self, at: float, limit: int) -> float | None:
        if at - self._global.began >= 1.0:
            self._global = _Window(at, 0)
        if self._global.used >= limit:
            return 1.0 - (at - self._global.began)
        self._global.used += 1
        return None

    def _forget(self, at: float) -> None:
        if len(self._windows) > FORGET_BUCKETS_AT:
            self._windows = {
                key: window for key, window in self._windows.items() if at - window.began < window.per_s
            }
