"""The bot's session: its sequence numbers, what it missed while its socket was away, and when it is over."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.gateway.dispatches import Dispatch
    from sandbox.gateway.socket import Connection

REMEMBERED = 1000  # frames that a resume can replay
RESUMABLE_S = 180.0  # after its socket closed


@dataclass(slots=True)
class Session:
    """One identified session. `connection` is its socket while it has one."""

    intents: int
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    connection: Connection | None = None
    closed_at: float | None = None  # monotonic seconds
    sequence: int = 0
    _sent: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def dispatch(self, dispatch: Dispatch) -> None:
        """Send it now, or keep it for a resume; one that its intents leave out is neither."""
        if dispatch.intent and not dispatch.intent & self.intents:
            return
        live = self.connection is not None
        if dispatch.live_only and not live:
            return
        self.sequence += 1
        frame = {"op": 0, "t": dispatch.name, "s": self.sequence, "d": dispatch.data}
        self._sent.append(frame)
        if self.connection is not None:
            self.connection.send(frame)

    def missed(self, after: int) -> list[dict[str, Any]] | None:
        """What came after this sequence number; None where that is no longer known."""
        if after > self.sequence:
            return None
        frames = [frame for frame in self._sent if frame["s"] > after]
        if len(frames) < self.sequence - after:
            return None
        return [frame for frame in frames if frame["t"] != "INTERACTION_CREATE"]
