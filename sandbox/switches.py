"""The settings that a test can change while the sandbox runs (`PATCH /sandbox/v1/settings`)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from sandbox.errors import ControlError


@dataclass(frozen=True, slots=True)
class Switches:
    """Discord's own values, unless said otherwise."""

    interaction_token_seconds: float = 900.0
    clock_skew_seconds: float = 0.0  # how far Discord's clock is ahead of this machine's
    attachment_size_limit: int = 10 * 1024 * 1024  # bytes a file
    global_requests_per_second: int = 50
    expressions_per_hour: int = 50  # emoji that may be made in a guild, and as many stickers
    heartbeat_interval_seconds: float = 41.25
    log: bool = True

    def patched(self, changes: dict[str, Any]) -> Switches:
        """These settings with some changed.

        Raises:
            ControlError: there is no such setting, or it cannot have that value.
        """
        for name, value in changes.items():
            current = getattr(self, name, None) if name in self.__slots__ else None
            if current is None:
                raise ControlError(
                    422, f"There is no setting {name!r}; there are {', '.join(self.__slots__)}."
                )
            if isinstance(value, bool) is not isinstance(current, bool) or not isinstance(
                value, (int, float)
            ):
                raise ControlError(422, f"{name} is like {current!r}, not {value!r}.")
            if name != "clock_skew_seconds" and value < 0:
                raise ControlError(422, f"{name} cannot be negative.")
        return dataclasses.replace(self, **changes)

    def json(self) -> dict[str, Any]:
        """All settings by name."""
        return dataclasses.asdict(self)
