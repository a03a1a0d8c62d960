"""What can be told of a job on its way, and how it can end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generation.wire.errors import Limit
    from studio.store.records import Creation


@dataclass(frozen=True, slots=True)
class Waiting:
    """In the host's queue. `position` counts from 1 (next to be served); `eta_s` is an estimate, in seconds."""

    position: int
    eta_s: float


@dataclass(frozen=True, slots=True)
class Crowded:
    """The host has no room for it yet, and it is offered again. `eta_s` is the host's estimate, in seconds.

    `limit` says whose room is used up: the member's, the server's (tenant) or everybody's (host).
    """

    eta_s: float
    limit: Limit


@dataclass(frozen=True, slots=True)
class HostAway:
    """The host cannot be reached since `since` (Unix seconds); the job is kept and offered again."""

    since: float


@dataclass(frozen=True, slots=True)
class Working:
    """The engine has begun."""


@dataclass(frozen=True, slots=True)
class Growing:
    """The whole text so far."""

    text: str


@dataclass(frozen=True, slots=True)
class Made:
    """The piece is finished and committed."""

    creation: Creation


@dataclass(frozen=True, slots=True)
class NotMade:
    """It failed. `sentence` is for the member; `reference`, where there is one, joins it to the log."""

    sentence: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class CalledOff:
    """It was cancelled, withdrawn or deleted: there is nothing to show, and that is as it was wished."""


Ending = Made | NotMade | CalledOff
Update = Waiting | Crowded | HostAway | Working | Growing | Ending
