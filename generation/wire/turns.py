"""What a host answers to whoever trains on its machine and asks for a turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LONGEST_S = 60.0


@dataclass(frozen=True, slots=True)
class Turn:
    """Go on (`granted`) or stand still for `s` seconds, and ask again."""

    granted: bool
    s: float

    @staticmethod
    def from_json(data: dict[str, Any]) -> Turn:
        """Raises ValueError: it is none."""
        granted, s = data.get("granted"), data.get("s")
        if not isinstance(granted, bool) or isinstance(s, bool) or not isinstance(s, int | float):
            raise ValueError("a turn is granted or not, for some seconds")  # noqa: TRY004 - it came over the wire
        if not 0 < s <= LONGEST_S:
            raise ValueError(f"a turn takes up to {LONGEST_S:.0f} seconds")
        return Turn(granted, float(s))
