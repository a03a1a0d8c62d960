"""What the ingress and a replica say to each other, and the seam that carries it.

A session is one ingress holding one replica: the replica does what the newest session orders and drops whatever an
earlier one left. Jobs go by ticket, not by id, because a job that was called off may be asked again under its id
while news of its first life are still on their way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from generation.host.engine import Cost, Progress
    from generation.wire.events import FailureKind
    from generation.wire.jobs import Job


@dataclass(frozen=True, slots=True)
class Start:
    ticket: int
    job: Job


@dataclass(frozen=True, slots=True)
class Cancel:
    ticket: int


Order = Start | Cancel


@dataclass(frozen=True, slots=True)
class Hello:
    """A session's first item: which process it is, and what its engine says of itself."""

    pid: int
    stats: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class News:
    """What the engine brought since the last item, by ticket. Growth is merged: the newest text, all the tokens."""

    progress: tuple[tuple[int, Progress], ...]


@dataclass(frozen=True, slots=True)
class Declined:
    """The engine can never do that job; the sentence is for the member."""

    kind: FailureKind
    sentence: str


class Link(Protocol):
    """The way to one replica, whichever process it lives in now. Every method raises LinkLost."""

    @property
    def name(self) -> str:
        """What the operator's log calls the replica; the same for all of its lives."""

    async def cost(self, job: Job) -> Cost | Declined:
        """What the replica's engine expects `job` to spend."""

    async def send(self, session: str, orders: Sequence[Order]) -> None:
        """Hand orders over. The next ones may be sent when this returns, and will be obeyed after these."""

    def session(self, name: str) -> AsyncIterator[Hello | News]:
        """Hold the replica; waits for it while it is being started. Leaving the iterator lets go of it."""
