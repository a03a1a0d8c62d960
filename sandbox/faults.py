"""Faults that a test orders in advance: an error, a rate limit, a lost connection or a slow answer, by route."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal, cast

from sandbox.errors import ControlError

if TYPE_CHECKING:
    from collections.abc import Callable

LOOK_EVERY_S = 0.05  # for a sender that died

KEYS = {"method", "path", "status", "times", "after", "retry_after", "json", "seconds", "skip"}


@dataclass(slots=True)
class Fault:
    """`after`: the request takes effect, and then its answer is lost or replaced."""

    method: str
    path: str  # a glob on what follows /api/v10
    status: int | Literal["reset", "stall"]
    times: int = 1
    after: bool = False
    retry_after: float = 1.0
    json: dict[str, Any] | None = None
    seconds: float = 5.0
    skip: int = 0  # so many requests pass before it


class Faults:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._ordered: list[Fault] = []
        self._released = asyncio.Event()
        self.holding = 0

    def order(self, body: dict[str, Any]) -> None:
        """Add one, from JSON.

        Raises:
            ControlError: it makes no sense.
        """
        if unknown := set(body) - KEYS:
            raise ControlError(
                422, f"A fault has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(KEYS))}."
            )
        status = body.get("status")
        if not isinstance(status, int) and status not in {"reset", "stall"}:
            raise ControlError(422, 'A fault\'s status is a number, "reset" or "stall".')
        self._ordered.append(
            Fault(
                method=str(body.get("method", "*")).upper(),
                path=str(body.get("path", "*")),
                status=cast("int | Literal['reset', 'stall']", status),
                times=int(body.get("times", 1)),
                after=bool(body.get("after")),
                retry_after=float(body.get("retry_after", 1.0)),
                json=body.get("json"),
                seconds=float(body.get("seconds", 5.0)),
                skip=int(body.get("skip", 0)),
            )
        )

    def clear(self) -> None:
        """Take all back, and let go what is held."""
        self._ordered.clear()
        self._released.set()
        self._released = asyncio.Event()

    async def hold(self, fault: Fault, gone: Callable[[], bool]) -> None:
        """Keep a request waiting: until the fault's time is over, it is let go, or its sender is `gone`."""
        released = self._released
        deadline = time.monotonic() + fault.seconds
        self.holding += 1
        try:
            while not released.is_set() and not gone() and (left := deadline - time.monotonic()) > 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(released.wait(), min(left, LOOK_EVERY_S))
        finally:
            self.holding -= 1

    def due(self, method: str, path: str) -> Fault | None:
        """The fault for this request, if there is one; it is then one time nearer to its end."""
        for fault in self._ordered:
            if fault.method in {method, "*"} and fnmatchcase(path, fault.path):
                if fault.skip > 0:
                    fault.skip -= 1
                    return None
                fault.times -= 1
                if fault.times <= 0:
                    self._ordered.remove(fault)
                return fault
        return None
