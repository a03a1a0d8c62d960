"""Waiting for quiet: until what the bot makes of an interaction is there and changes no more.

A message still changes while it is "thinking" or offers a Cancel button.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType

from sandbox.errors import CommandError
from sandbox.messages import LOADING

if TYPE_CHECKING:
    import aiohttp

    from sandbox.cli.people import Line

SETTLED_S = 0.8
LOOK_EVERY_S = 0.2
UNFINISHED = "Cancel"


@dataclass(slots=True)
class Outcome:
    """What came of it. `messages` oldest first; `failed` is the client's own notice."""

    interaction: str | None
    messages: list[dict[str, Any]] = field(default_factory=list)
    modal: dict[str, Any] | None = None
    failed: str | None = None
    timed_out: bool = False

    def json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "interaction": self.interaction, "messages": self.messages, "modal": self.modal,
            "failed": self.failed, "timed_out": self.timed_out,
        }  # fmt: skip


def unfinished(message: dict[str, Any]) -> bool:
    """Whether the bot is still at work on it."""
    labels = {item.get("label") for row in message["components"] for item in row.get("components", [])}
    return bool(message["flags"] & LOADING) or UNFINISHED in labels


class Watch:
    """Collects what belongs to one interaction, or with none what changes in a channel."""

    def __init__(
        self, line: Line, socket: aiohttp.ClientWebSocketResponse, *, channel: str, interaction: str | None,
        source: str | None = None, began: list[dict[str, Any]] | None = None,
    ) -> None:  # fmt: skip
        """`source` is the message whose button it was; `began`, what was already unfinished."""
        self._line = line
        self._socket = socket
        self._channel = channel
        self._source = source
        self._found = {message["id"]: message for message in began or []}
        self._outcome = Outcome(interaction)
        self._changed_at = time.monotonic()

    async def until_quiet(self, within_s: float, settled_s: float = SETTLED_S) -> Outcome:
        """Wait.

        Raises:
            CommandError: the sandbox went away.
        """
        deadline = time.monotonic() + within_s
        while True:
            await self._listen(LOOK_EVERY_S)
            outcome = self._outcome
            if outcome.failed or outcome.modal:
                break
            if time.monotonic() - self._changed_at >= settled_s and await self._is_done():
                break
            if time.monotonic() > deadline:
                outcome.timed_out = True
                break
        self._outcome.messages = sorted(self._found.values(), key=lambda message: int(message["id"]))
        return self._outcome

    async def _listen(self, seconds: float) -> None:
        """Take what arrives within that time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                message = await self._socket.receive(timeout=left)
            except TimeoutError:
                return
            if message.type is not WSMsgType.TEXT:
                raise CommandError("The sandbox went away.", 1)
            self._take(json.loads(message.data))

    async def _is_done(self) -> bool:
        if any(unfinished(message) for message in self._found.values()):
            return False
        if self._outcome.interaction is None:
            return True
        state = await self._line.call("GET", f"/interactions/{self._outcome.interaction}")
        return bool(state["state"] == "answered")

    def _take(self, event: dict[str, Any]) -> None:
        kind, data = event["type"], event["data"]
        match kind:
            case "message_create" | "message_update" if self._belongs(data, new=kind == "message_create"):
                self._found[data["id"]] = data
            case "message_delete" if data["id"] in self._found:
                del self._found[data["id"]]
            case "reaction_add" | "reaction_remove" | "reaction_clear" if data["message_id"] in self._found:
                self._found[data["message_id"]]["reactions"] = data["reactions"]
            case "modal_open" if data["interaction"] == self._outcome.interaction:
                self._outcome.modal = data
            case "interaction_failed" if data["interaction"] == self._outcome.interaction:
                self._outcome.failed = data["text"]
            case _:
                return
        self._changed_at = time.monotonic()

    def _belongs(self, message: dict[str, Any], *, new: bool) -> bool:
        if message["id"] in self._found or message["id"] == self._source:
            return True
        if message["channel_id"] != self._channel or not message["author"].get("bot"):
            return False
        if self._outcome.interaction is None:
            return True
        asked = message.get("interaction_metadata")
        return new if asked is None else bool(asked["id"] == self._outcome.interaction)
