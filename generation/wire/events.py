"""What a generation host says about a job: the frozen vocabulary of its numbered events.

Text, pictures and later kinds are parts and mime types of the same few events, never new ones.
A preview's `text` is the whole part so far, not a delta, so that any later preview replaces any earlier one
and the host may drop those that nobody read in time; numbers rise but may have gaps.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

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
