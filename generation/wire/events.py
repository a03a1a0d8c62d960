"""What a generation host says about a job: the frozen vocabulary of its numbered events.

Text, pictures and later kinds are parts and mime types of the same few events, never new ones.
A preview's `text` is the whole part so far, not a delta, so that any later preview replaces any earlier one
and the host may drop those that nobody read in time; numbers rise but may have gaps.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from generation.wire.reading import InvalidJobError, read

FailureKind = Literal["invalid", "too_long", "deadline", "adapter", "unsafe", "memory", "engine"]


@dataclass(frozen=True, slots=True)
class Queued:
    """`position` counts from 1 (next to be served); `eta_s` is an estimate of seconds until it starts."""

    position: int
    eta_s: float


@dataclass(frozen=True, slots=True)
class Started:
    pass


@dataclass(frozen=True, slots=True)
class Preview:
    part: int
    text: str


@dataclass(frozen=True, slots=True)
class Artifact:
    """`digest` is the SHA-256 of the bytes, in hexadecimal; fetch them by it."""

    part: int
    mime: str
    digest: str
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """`usage` counts tokens and seconds: prompt_tokens, output_tokens, wait_s, run_s."""

    usage: dict[str, float]
    seed: int
    model: str
    adapter: str | None


@dataclass(frozen=True, slots=True)
class Failed:
    """`sentence` can be shown to a member; the host's log has the rest."""

    kind: FailureKind
    sentence: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    pass


Event = Queued | Started | Preview | Artifact | Done | Failed | Cancelled
TERMINAL = (Done, Failed, Cancelled)


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event and its number in its job's stream, from 1."""

    n: int
    event: Event

    def to_line(self) -> bytes:
        """One line of newline-delimited JSON."""
        told = {"n": self.n, "event": _NAMES[type(self.event)], **asdict(self.event)}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Numbered:
        """Read one line.

        Raises:
            InvalidJobError: it is not an event.
        """
        try:
            told = json.loads(line)
            n, name = told.pop("n"), told.pop("event")
            kind = _KINDS[name]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InvalidJobError("An event is a JSON object with n and event.") from None
        if type(n) is not int or n < 1:
            raise InvalidJobError("An event's n is a whole number from 1.")
        return cls(n, read(kind, told))


_KINDS: dict[str, type[Event]] = {
    "queued": Queued,
    "started": Started,
    "preview": Preview,
    "artifact": Artifact,
    "done": Done,
    "failed": Failed,
    "cancelled": Cancelled,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
