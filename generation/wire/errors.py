"""What can go wrong on the wire to a generation host, as one tree.

WireError
├── Unreachable   nobody answers, or the connection broke: try again
├── Conflict      another job has this id
├── Full          no room, for the member, the tenant or anybody; `eta_s` says when there may be
├── Refused       the host can never do this; the sentence is for the member
├── UnknownJob    the host does not know the job (it was started again, or the job was acknowledged)
└── BadAnswer     the host broke the protocol
"""

from __future__ import annotations

from typing import Literal

Limit = Literal["member", "tenant", "host"]  # whose room is used up


class WireError(Exception):
    """The root of everything that a client of the wire raises on purpose."""


class Unreachable(WireError):  # noqa: N818 - a state that passes
    """Nobody answers, or the connection broke."""


class Conflict(WireError):  # noqa: N818 - HTTP's own word
    """Another job has this id."""


class Full(WireError):  # noqa: N818 - an answer
    """There is no room to wait. `eta_s` estimates the seconds until there is, `limit` says whose cap is reached."""

    def __init__(self, eta_s: float, limit: Limit = "host") -> None:
        super().__init__(f"{_FULL[limit]}; try again in about {eta_s:.0f} s")
        self.eta_s = eta_s
        self.limit: Limit = limit


_FULL: dict[Limit, str] = {
    "member": "this member has as many jobs waiting as one may have",
    "tenant": "this tenant has as many jobs waiting as one may have",
    "host": "as many jobs wait as the host has room for",
}


class Refused(WireError):  # noqa: N818 - an answer
    """The host can never do this job; `str()` is the sentence for the member."""


class UnknownJob(WireError):  # noqa: N818 - an answer
    """The host does not know the job."""


class BadAnswer(WireError):  # noqa: N818 - what it got
    """The host answered something that is not in the vocabulary."""
