"""Who is next: the waiting line of a generation host. Pure policy: no I/O, the clock passed in.

Between tenants, then between a tenant's members, the one that was served least so far goes first, counted in
tokens over weight (a virtual token counter, Sheng et al. 2024, arXiv 2401.00588: output tokens count twice); a
member's own jobs go in the order in which they were asked. One who comes back after a pause is lifted to the
least of those that wait, or to where the last job was taken, so that absence saves nothing up.

Counters only rise, so each heap keeps one entry a waiting party, a lower bound that is corrected when it comes up:
`put`, `take`, `cancel` and `end` are O(log n) amortised, `charge` is O(1), `line` is O(n log n).

It leaves out priorities and ageing, and how many may wait: whoever takes jobs in decides that.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from generation.wire.jobs import Job

OUTPUT_WEIGHT = 2.0
MEMORY = 0.9  # share of an old estimate that a finished piece, or a second's work, keeps
IDLE_KEPT = 256  # parties that may be remembered before the idle ones are looked through


@dataclass(frozen=True, slots=True)
class Expected:
    """What a job is expected to spend, in tokens."""

    prompt_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Place:
    """`position` counts from 1; `eta_s` estimates the seconds until the job starts."""

    position: int
    eta_s: float


@dataclass(frozen=True, slots=True)
class Line:
    """The places of all that wait, and the seconds until a job that joined now at the end would start."""

    places: Mapping[str, Place]
    newcomer_eta_s: float


@dataclass(slots=True)
class _Entry:
    job: Job
    expected: Expected
    order: tuple[float, int]
    spent: int = 0


class _Party(Protocol):
    served: float
    since: int
    waiting: int
    running: int


P = TypeVar("P", bound=_Party)


class _LeastServed(Generic[P]):
    """Parties by name, and which of those that wait was served least."""

    def __init__(self, make: Callable[[], P]) -> None:
        self._make = make
        self._parties: dict[str, P] = {}
        self._heap: list[tuple[float, int, str]] = []
        self._in_heap: set[str] = set()
        self._ticket = count()
        self._floor = 0.0  # the counter at which the last job was taken
        self._highest = 0.0
        self._forget_above = IDLE_KEPT

    def __getitem__(self, name: str) -> P:
        return self._parties[name]

    def waiting(self) -> Mapping[str, P]:
        return {name: party for name, party in self._parties.items() if party.waiting}

    def arrive(self, name: str) -> P:
        """The party `name`, which now has one more job that waits."""
        party = self._parties.get(name)
        if party is None:
            self._forget_idle()
            party = self._parties[name] = self._make()
        if not party.waiting:
            party.since = next(self._ticket)
            if not party.running:
                party.served = max(party.served, self._lift())
        party.waiting += 1
        if name not in self._in_heap:
            self._in_heap.add(name)
            heapq.heappush(self._heap, (party.served, party.since, name))
        return party

    def least(self) -> str | None:
        """Whose turn it is."""
        while self._heap:
            *bound, name = self._heap[0]
            party = self._parties[name]
            if not party.waiting:
                heapq.heappop(self._heap)
                self._in_heap.discard(name)
            elif bound < [party.served, party.since]:
                heapq.heapreplace(self._heap, (party.served, party.since, name))
            else:
                return name
        return None

    def took(self, name: str) -> None:
        """A job of the party `name`, which was served least, starts."""
        party = self._parties[name]
        self._floor = max(self._floor, party.served)
        party.waiting -= 1
        party.running += 1

    def spend(self, name: str, tokens: float) -> None:
        """The party `name` was served `tokens`."""
        party = self._parties[name]
        party.served += tokens
        self._highest = max(self._highest, party.served)

    def rest(self) -> None:
        """None has work any more: whoever comes next starts even."""
        self._floor = self._highest

    def _lift(self) -> float:
        """Where one who comes back begins."""
        least = self.least()
        return self._floor if least is None else max(self._floor, self._parties[least].served)

    def _forget_idle(self) -> None:
        """Those that have no work and that a return would lift anyway are nothing worth keeping."""
        if len(self._parties) < self._forget_above:
            return
        self._parties = {
            name: party
            for name, party in self._parties.items()
            if party.waiting or party.running or party.served > self._floor or name in self._in_heap
        }
        self._forget_above = 2 * len(self._parties) + IDLE_KEPT


@dataclass(slots=True)
class _Member:
    served: float = 0.0
    since: int = 0
    waiting: int = 0
    running: int = 0
    line: list[tuple[float, int, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Tenant:
    served: float = 0.0
    since: int = 0
    waiting: int = 0
    running: int = 0
    members: _LeastServed[_Member] = field(default_factory=lambda: _LeastServed(_Member))


class FairQueue:
    """The jobs that wait and run, and who was served how much."""

    def __init__(self, tokens_per_s: float = 15.0) -> None:
        """`tokens_per_s` is the first guess of the engine's speed, all jobs together; it is measured from then on."""
        self._rate = tokens_per_s
        self._length = 1.0  # output tokens really made, over those expected
        self._waiting: dict[str, _Entry] = {}
        self._running: dict[str, _Entry] = {}
        self._tenants = _LeastServed(_Tenant)
        self._deadlines: list[tuple[float, int, str]] = []
        self._ticket = count()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def tokens_per_s(self) -> float:
        """Output tokens a second, all jobs together, as measured."""
        return self._rate

    def put(self, job: Job, expected: Expected) -> None:
        """Take `job` into the line, in the order of `asked_at` among its member's."""
        assert job.id not in self._waiting
        assert job.id not in self._running
        order = (job.asked_at, next(self._ticket))
        self._waiting[job.id] = _Entry(job, expected, order)
        tenant = self._tenants.arrive(job.tenant)
        heapq.heappush(tenant.members.arrive(job.member).line, (*order, job.id))
        if job.terms.deadline is not None:
            heapq.heappush(self._deadlines, (job.terms.deadline, order[1], job.id))

    def take(self, fits: Callable[[Job], bool]) -> Job | None:
        """The next job, which leaves the line to run; None when none waits or the next one has no room.

        A job without room keeps its turn, so that smaller ones cannot overtake it for ever. Its input is charged
        now, its output as it comes (`charge`).
        """
        name = self._tenants.least()
        if name is None:
            return None
        members = self._tenants[name].members
        key = members.least()
        assert key is not None
        line = members[key].line
        while not self._stands(line[0]):
            heapq.heappop(line)
        entry = self._waiting[line[0][2]]
        if not fits(entry.job):
            return None
        heapq.heappop(line)
        del self._waiting[entry.job.id]
        self._running[entry.job.id] = entry
        members.took(key)
        self._tenants.took(name)
        self._spend(entry, entry.expected.prompt_tokens)
        return entry.job

    def charge(self, job_id: str, output_tokens: int) -> None:
        """Count the output tokens that a running job made since the last call."""
        entry = self._running[job_id]
        entry.spent += output_tokens
        self._spend(entry, OUTPUT_WEIGHT * output_tokens)

    def end(self, job_id: str, *, made: bool) -> None:
        """A running job is over; `made` says that it came to its own end, so that its length is evidence."""
        entry = self._running.pop(job_id)
        tenant = self._tenants[entry.job.tenant]
        tenant.running -= 1
        tenant.members[entry.job.member].running -= 1
        self._rest(tenant)
        if made and entry.expected.output_tokens:
            ratio = min(1.0, entry.spent / entry.expected.output_tokens)
            self._length = MEMORY * self._length + (1 - MEMORY) * ratio

    def measured(self, tokens: int, seconds: float) -> None:
        """The engine made `tokens` output tokens, over all jobs, in `seconds` of work."""
        if tokens > 0 and seconds > 0:
            kept = MEMORY**seconds
            self._rate = kept * self._rate + (1 - kept) * tokens / seconds

    def cancel(self, job_id: str) -> bool:
        """Take a waiting job out of the line; whether it was there."""
        entry = self._waiting.pop(job_id, None)
        if entry is None:
            return False
        tenant = self._tenants[entry.job.tenant]
        tenant.waiting -= 1
        tenant.members[entry.job.member].waiting -= 1
        self._rest(tenant)
        return True

    def expire(self, now: float) -> list[Job]:
        """Take out the waiting jobs whose deadline is not after `now` (Unix seconds)."""
        late = []
        while self._deadlines and self._deadlines[0][0] <= now:
            _, ticket, job_id = heapq.heappop(self._deadlines)
            entry = self._waiting.get(job_id)
            if entry is not None and entry.order[1] == ticket:
                late.append(entry.job)
                self.cancel(job_id)
        return late

    def next_deadline(self) -> float | None:
        """When `expire` may next have something, in Unix seconds."""
        return self._deadlines[0][0] if self._deadlines else None

    def line(self) -> Line:
        """Each waiting job's place, in the order in which they would start were nobody else to come.

        The line is played through on as many lanes as jobs run now, with the lengths and the speed that were
        measured: an estimate, not a promise.
        """
        lanes = [
            max(0.0, entry.expected.output_tokens * self._length - entry.spent)
            for entry in self._running.values()
        ] or [0.0]  # an idle engine starts the next one at once
        heapq.heapify(lanes)
        pace = self._rate / len(lanes)
        found: dict[str, Place] = {}
        for entry in self._in_order():
            starts = heapq.heappop(lanes)
            found[entry.job.id] = Place(len(found) + 1, round(starts / pace, 1))
            heapq.heappush(lanes, starts + max(1.0, entry.expected.output_tokens * self._length))
        return Line(found, round(min(lanes) / pace, 1))

    def _in_order(self) -> list[_Entry]:
        """Those that wait, in the order in which `take` would give them if each spent what is expected."""
        tenants = []
        for name, tenant in self._tenants.waiting().items():
            members = [
                (member.served, member.since, key, self._line(member))
                for key, member in tenant.members.waiting().items()
            ]
            heapq.heapify(members)
            tenants.append((tenant.served, tenant.since, name, members))
        heapq.heapify(tenants)
        order = []
        while tenants:
            served, since, name, members = tenants[0]
            spent, arrived, key, line = members[0]
            entry = self._waiting[line.pop()[2]]
            order.append(entry)
            cost = self._cost(entry)
            if line:
                heapq.heapreplace(members, (spent + cost, arrived, key, line))
            else:
                heapq.heappop(members)
            if members:
                served += cost / entry.job.terms.weight
                heapq.heapreplace(tenants, (served, since, name, members))
            else:
                heapq.heappop(tenants)
        return order

    def _line(self, member: _Member) -> list[tuple[float, int, str]]:
        """A member's waiting jobs, the next one last."""
        return sorted((place for place in member.line if self._stands(place)), reverse=True)

    def _cost(self, entry: _Entry) -> float:
        return entry.expected.prompt_tokens + OUTPUT_WEIGHT * self._length * entry.expected.output_tokens

    def _stands(self, place: tuple[float, int, str]) -> bool:
        """Whether that place in a member's line is still somebody's (the same id may have come again)."""
        entry = self._waiting.get(place[2])
        return entry is not None and entry.order[1] == place[1]

    def _spend(self, entry: _Entry, tokens: float) -> None:
        self._tenants.spend(entry.job.tenant, tokens / entry.job.terms.weight)
        self._tenants[entry.job.tenant].members.spend(entry.job.member, tokens)

    def _rest(self, tenant: _Tenant) -> None:
        if not tenant.waiting and not tenant.running:
            tenant.members.rest()
            if not self._waiting and not self._running:
                self._tenants.rest()
