"""Who may join the line: caps on how many wait, for a member, a tenant and the host.

One who is refused is told when to try again: when the next of those that fill the cap is to start, as the line last
said. Pure, and apart from the line itself, so that an event loop can answer at once while an engine's thread works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from generation.wire.errors import Full

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from generation.queue.forecast import Line, Place
    from generation.wire.errors import Limit
    from generation.wire.jobs import Job

K = TypeVar("K", str, tuple[str, str])

PER_MEMBER = 20
PER_TENANT = 1000
CAPACITY = 2000
SOONEST_S = 1.0


class Admission:
    """How many jobs wait, and whose they are."""

    def __init__(
        self, *, per_member: int = PER_MEMBER, per_tenant: int = PER_TENANT, capacity: int = CAPACITY
    ) -> None:
        """The most that may wait: of one member in one tenant, of one tenant, of all."""
        self._per_member = per_member
        self._per_tenant = per_tenant
        self.capacity = capacity
        self._all: set[str] = set()
        self._of_tenant: dict[str, set[str]] = {}
        self._of_member: dict[tuple[str, str], set[str]] = {}
        self._places: Mapping[str, Place] = {}

    def __len__(self) -> int:
        return len(self._all)

    def join(self, job: Job) -> None:
        """Count `job` among those that wait.

        Raises:
            Full: a cap is reached; it says which, and when to try again. Nothing was counted.
        """
        tenant, member = job.tenant, (job.tenant, job.member)
        caps: list[tuple[Limit, set[str], int]] = [
            ("member", self._of_member.get(member, set()), self._per_member),
            ("tenant", self._of_tenant.get(tenant, set()), self._per_tenant),
            ("host", self._all, self.capacity),
        ]
        for limit, waiting, most in caps:
            if len(waiting) >= most:
                raise Full(self._next_start_s(waiting), limit)
        self._all.add(job.id)
        self._of_tenant.setdefault(tenant, set()).add(job.id)
        self._of_member.setdefault(member, set()).add(job.id)

    def leave(self, job: Job) -> None:
        """`job` waits no more: it started, or is over."""
        self._all.discard(job.id)
        _leave(self._of_tenant, job.tenant, job.id)
        _leave(self._of_member, (job.tenant, job.member), job.id)

    def told(self, line: Line) -> None:
        """What the line says now."""
        self._places = line.places

    def _next_start_s(self, waiting: Iterable[str]) -> float:
        etas = (place.eta_s for job_id in waiting if (place := self._places.get(job_id)) is not None)
        return max(SOONEST_S, min(etas, default=0.0))


def _leave(groups: dict[K, set[str]], key: K, job_id: str) -> None:
    """Empty groups are nothing worth keeping."""
    group = groups[key]
    group.discard(job_id)
    if not group:
        del groups[key]
