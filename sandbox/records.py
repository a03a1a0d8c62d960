"""The last 20,000 requests and gateway frames, for tests and benches. Tokens are kept out."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = 20_000
SECRET = "(kept out)"  # noqa: S105 - what stands in a token's place


class Records:
    """A ring of entries, numbered from 1. `monotonic` gives their `at`, in seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._entries: deque[tuple[int, str]] = deque(maxlen=KEPT)  # as text, which is a tenth of the memory
        self._count = 0
        self.on = True

    def rest(
        self, method: str, path: str, route: str, interaction: str | None, request: Any,
        files: list[dict[str, Any]], status: int | str, response: Any,
        received_at: float,
    ) -> None:  # fmt: skip
        """A request and its answer. `at` is when the request was there in full, `answered_at` after its effect."""
        self._add(
            {
                "kind": "rest", "at": received_at, "answered_at": self._monotonic(), "method": method, "path": path,
                "route": route, "interaction": interaction, "request": request, "files": files,
                "status": status, "response": response,
            }
        )  # fmt: skip

    def gateway(self, direction: str, frame: dict[str, Any]) -> None:
        """A frame that came "in" from the bot or went "out" to it."""
        if not self.on:
            return
        data = frame.get("d")
        if isinstance(data, dict) and "token" in data:
            data = data | {"token": SECRET}
        self._add(
            {
                "kind": "gateway", "at": self._monotonic(), "direction": direction, "op": frame.get("op"),
                "t": frame.get("t"), "data": data,
            }
        )  # fmt: skip

    def after(self, number: int) -> list[dict[str, Any]]:
        """The entries with a higher number."""
        return [json.loads(text) for counted, text in self._entries if counted > number]

    def json_after(self, number: int) -> bytes:
        """The same as one JSON object, `{"entries": […]}`."""
        found = ",".join(text for counted, text in self._entries if counted > number)
        return f'{{"entries":[{found}]}}'.encode()

    def _add(self, entry: dict[str, Any]) -> None:
        if self.on:
            self._count += 1
            self._entries.append(
                (self._count, json.dumps({"n": self._count, **entry}, separators=(",", ":")))
            )
