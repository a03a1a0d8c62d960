"""What can go wrong on the wire to a generation host, as one tree.

WireError
├── Unreachable   nobody answers, or the connection broke: try again
├── Conflict      another job has this id
├── Full          no room; `eta_s` says when there may be
├── Refused       the host can never do this; the sentence is for the member
├── UnknownJob    the host does not know the job (it was started again, or the job was acknowledged)
└── BadAnswer     the host broke the protocol
"""

from __future__ import annotations


class WireError(Exception):
    """The root of everything that a client of the wire raises on purpose."""


class Unreachable(WireError):  # noqa: N818 - a state that passes
    """Nobody answers, or the connection broke."""


class Conflict(WireError):  # noqa: N818 - HTTP's own word
    """Another job has this id."""


class Full(WireError):  # noqa: N818 - an answer
    """The host has no room. `eta_s` estimates the seconds until there is."""

    def __init__(self, eta_s: float) -> None:
        super().__init__(f"the host is full for about {eta_s:.0f} s")
        self.eta_s = eta_s


class Refused(WireError):  # noqa: N818 - an answer
    """The host can never do this job; `str()` is the sentence for the member."""


class UnknownJob(WireError):  # noqa: N818 - an answer
    """The host does not know the job."""


class BadAnswer(WireError):  # noqa: N818 - what it got
    """The host answered something that is not in the vocabulary."""
