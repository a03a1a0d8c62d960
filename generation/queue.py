"""Who is next: the waiting line of a generation host. Pure policy: no I/O, the clock passed in.

Between tenants, then between a tenant's members, the one that was served least so far goes first, counted in
tokens over weight (a virtual token counter, Sheng et al. 2024, arXiv 2401.00588: output tokens count twice); a
member's own jobs keep their order. One who comes back after a pause is lifted to the least of those who wait, so that
absence saves nothing up. It leaves priorities, ageing and the cost of an operation at many thousands of jobs to the next issue.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from generation.wire.jobs import Job

OUTPUT_WEIGHT = 2.0
RATE_MEMORY = 0.9  # share of the old estimate that each measurement keeps


class QueueFull(Exception):  # noqa: N818 - an answer
    """No room; `eta_s` estimates the seconds until there is."""

    def __init__(self, eta_s: float) -> None:
        super().__init__(f"the queue is full for about {eta_s:.0f} s")
        self.eta_s = eta_s


@dataclass(frozen=True, slots=True)
class Expected:
    """What a job is expected to spend, in tokens."""

    prompt_tokens: int
    output_tokens: int


@dataclass(slots=True)
class _Waiting:
    job: Job
    expected: Expected


@dataclass(slots=True)
class _Member:
    served: float = 0.0
    line: deque[str] = field(default_factory=deque)


@dataclass(slots=True)
class _Tenant:
    served: float = 0.0
    members: dict[str, _Member] = field(default_factory=dict)

    def waits(self) -> bool:
        return any(member.line for member in self.members.values())


class FairQueue:
    """The jobs that wait, and who was served how much. `capacity` bounds the jobs that wait."""

    def __init__(self, capacity: int = 2000, tokens_per_s: float = 20.0) -> None:
        """`tokens_per_s` is the first guess of the engine's speed; it is measured from then on."""
        self._capacity = capacity
        self._rate = tokens_per_s
        self._waiting: dict[str, _Waiting] = {}
        self._running: dict[str, _Waiting] = {}
        self._tenants: dict[str, _Tenant] = {}
        self._order: list[str] | None = None
        self._places: dict[str, tuple[int, float]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, job: Job, expected: Expected) -> None:
        """Take `job` into the line.

        Raises:
            QueueFull: there is no room.
        """
        assert job.id not in self._waiting
        assert job.id not in self._running
        if len(self._waiting) >= self._capacity:
            raise QueueFull(max(1.0, self._tokens_waiting() / self._rate / max(1, len(self._waiting))))
        tenant = self._tenants.setdefault(job.tenant, _Tenant())
        if not tenant.waits():
            floor = min((other.served for other in self._tenants.values() if other.waits()), default=0.0)
            tenant.served = max(tenant.served, floor)
        member = tenant.members.setdefault(job.member, _Member())
        if not member.line:
            floor = min((other.served for other in tenant.members.values() if other.line), default=0.0)
            member.served = max(member.served, floor)
        member.line.append(job.id)
        self._waiting[job.id] = _Waiting(job, expected)
        self._order = None

    def take(self, fits: Callable[[Job], bool]) -> Job | None:
        """The next job, which leaves the line to run; None when none waits or the next one has no room.

        The input is charged now, the output as it comes (`charge`).
        """
        job_id = self._next()
        if job_id is None:
            return None
        waiting = self._waiting[job_id]
        if not fits(waiting.job):
            return None  # it keeps its turn: smaller jobs do not overtake it for ever
        self._drop(job_id)
        self._running[job_id] = waiting
        self._charge(waiting.job, waiting.expected.prompt_tokens)
        return waiting.job

    def charge(self, job_id: str, output_tokens: int) -> None:
        """Count what a running job has spent since the last call."""
        if (running := self._running.get(job_id)) is not None:
            self._charge(running.job, OUTPUT_WEIGHT * output_tokens)

    def end(self, job_id: str) -> None:
        """A running job is over."""
        if self._running.pop(job_id, None) is not None:
            self._order = None

    def measured(self, tokens: int, seconds: float) -> None:
        """The engine made `tokens` output tokens, over all jobs, in `seconds` of work."""
        if tokens > 0 and seconds > 0:
            self._rate = RATE_MEMORY * self._rate + (1 - RATE_MEMORY) * tokens / seconds

    def cancel(self, job_id: str) -> bool:
        """Take a waiting job out of the line; whether it was there."""
        if job_id not in self._waiting:
            return False
        self._drop(job_id)
        return True

    def expire(self, now: float) -> list[Job]:
        """Take out the jobs whose deadline has passed."""
        late = [
            waiting.job for waiting in self._waiting.values()
            if waiting.job.terms.deadline is not None and waiting.job.terms.deadline <= now
        ]  # fmt: skip
        for job in late:
            self._drop(job.id)
        return late

    def place(self, job_id: str) -> tuple[int, float] | None:
        """A waiting job's position, from 1, and its ETA in seconds; None when it does not wait.

        Both come from playing the line through with expected costs, so they are honest but not promises.
        """
        if self._order is None:
            self._play_through()
        return self._places.get(job_id)

    def _next(self) -> str | None:
        """The one whose turn it is."""
        tenants = [(tenant.served, name) for name, tenant in self._tenants.items() if tenant.waits()]
        if not tenants:
            return None
        members = self._tenants[min(tenants)[1]].members
        _, key = min((member.served, name) for name, member in members.items() if member.line)
        return members[key].line[0]

    def _drop(self, job_id: str) -> None:
        job = self._waiting.pop(job_id).job
        self._tenants[job.tenant].members[job.member].line.remove(job_id)
        self._order = None

    def _charge(self, job: Job, tokens: float) -> None:
        tenant = self._tenants[job.tenant]
        tenant.served += tokens / job.terms.weight
        tenant.members[job.member].served += tokens
        self._order = None

    def _tokens_waiting(self) -> int:
        return sum(waiting.expected.output_tokens for waiting in self._waiting.values())

    def _play_through(self) -> None:
        served = {name: tenant.served for name, tenant in self._tenants.items() if tenant.waits()}
        members = {
            (name, key): (member.served, deque(member.line))
            for name in served
            for key, member in self._tenants[name].members.items()
            if member.line
        }
        ahead = sum(running.expected.output_tokens for running in self._running.values()) / 2
        self._order, self._places = [], {}
        while members:
            name = min({found[0] for found in members}, key=lambda tenant: (served[tenant], tenant))
            key = min(
                (found for found in members if found[0] == name), key=lambda found: (members[found][0], found)
            )
            spent, line = members[key]
            job_id = line.popleft()
            waiting = self._waiting[job_id]
            self._order.append(job_id)
            self._places[job_id] = (len(self._order), round(ahead / self._rate, 1))
            ahead += waiting.expected.output_tokens
            cost = waiting.expected.prompt_tokens + OUTPUT_WEIGHT * waiting.expected.output_tokens
            served[name] += cost / waiting.job.terms.weight
            if line:
                members[key] = (spent + cost, line)
            else:
                del members[key]
