"""Who is next: the fair line itself.

Between tenants, then between a tenant's members, the one that was served least so far goes first, counted in
tokens over weight (`parties.py`; output tokens count twice). A priority never moves one tenant before another. Within
a tenant it does two things, both bounded, so that nobody starves:

- among a member's own jobs, the least `asked_at - AGEING_S * priority` goes first: a point of priority is worth
  `AGEING_S` seconds of waiting, and a job is overtaken only by more urgent ones asked within the seconds that their
  priorities differ by;
- among members, the least `served - AHEAD_TOKENS * priority` of the next job goes first: a point lets a member be
  served `AHEAD_TOKENS` more than the others before they go first again, and never more.

`put`, `take`, `cancel` and `end` are O(log n) amortised, `charge` is O(1), `line` is O(n log n). How many may wait is
`Admission`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from generation.queue.forecast import Line, Members, Piece, Turns, play
from generation.queue.lengths import Lengths
from generation.queue.pace import Pace
from generation.queue.parties import LeastServed, Party
from generation.queue.pending import Pending

if TYPE_CHECKING:
    from collections.abc import Callable

    from generation.queue.lengths import Kind
    from generation.wire.jobs import Job

OUTPUT_WEIGHT = 2.0
AGEING_S = 60.0
AHEAD_TOKENS = 100.0
ROOM_MOVES = 0.05  # how far one look at a full engine moves what is believed of its room
USUAL_OF = 100  # pieces, whose mean a piece yet unknown is taken for
GOLDEN = 0.6180339887498949  # its multiples, whole parts aside, lie evenly in [0, 1) wherever one stops


@dataclass(frozen=True, slots=True)
class Expected:
    """What a job is expected to spend, in tokens: its prompt, and the most that it may write."""

    prompt_tokens: int
    output_tokens: int


@dataclass(slots=True)
class _Entry:
    job: Job
    expected: Expected
    ticket: int
    kind: Kind
    spent: int = 0
    held: float = 0.0  # output tokens that were charged before they were made

    @property
    def ahead(self) -> float:
        return AHEAD_TOKENS * self.job.terms.priority


@dataclass(slots=True)
class _Member(Party):
    line: Pending = field(default_factory=Pending)


@dataclass(slots=True)
class _Tenant(Party):
    members: LeastServed[_Member] = field(default_factory=lambda: LeastServed(_Member))


@dataclass(slots=True)
class _Usual:
    """What a piece costs lately; a stranger will cost as much. Nothing, before there was any."""

    prompt_tokens: float = 0.0
    output_tokens: float = 0.0
    seen: int = 0

    def learn(self, prompt_tokens: int, output_tokens: int) -> None:
        self.seen = min(self.seen + 1, USUAL_OF)
        self.prompt_tokens += (prompt_tokens - self.prompt_tokens) / self.seen
        self.output_tokens += (output_tokens - self.output_tokens) / self.seen


class FairQueue:
    """The jobs that wait and run, and who was served how much."""

    def __init__(self, tokens_per_s: float = 15.0) -> None:
        """`tokens_per_s` is the first guess of the speed of one job alone; speeds are measured from then on."""
        self._pace = Pace(tokens_per_s)
        self._lengths = Lengths()
        self._waiting: dict[str, _Entry] = {}
        self._running: dict[str, _Entry] = {}
        self._tenants = LeastServed(_Tenant)
        self._deadlines = Pending()
        self._ticket = count()
        self._now = 0.0  # as last told
        self._room = 0.0  # rows that the engine runs when it is full, as far as was seen
        self._usual = _Usual()
        self._charged = 0  # output tokens since the last measurement,
        self._charged_rows = 0  # and the sum over them of how many rows ran

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def tokens_per_s(self) -> float:
        """Output tokens a second, all jobs together, as measured."""
        return self._pace.overall_per_s()

    def put(self, job: Job, expected: Expected) -> None:
        """Take `job` into the line."""
        assert job.id not in self._waiting
        assert job.id not in self._running
        kind = Lengths.kind(job.form, expected.output_tokens)
        entry = self._waiting[job.id] = _Entry(job, expected, next(self._ticket), kind)
        tenant = self._tenants.arrive(job.tenant)
        member = tenant.members.arrive(job.member)
        if tenant.waiting == 1:
            self._tenants.came(job.asked_at)
        elif member.waiting == 1:
            tenant.members.came(job.asked_at)
        member.line.push(job.asked_at - AGEING_S * job.terms.priority, entry.ticket, job.id)
        self._tenants.goes_ahead(job.tenant, 0.0)
        self._stand(tenant, job.member)
        if job.terms.deadline is not None:
            self._deadlines.push(job.terms.deadline, entry.ticket, job.id)

    def take(self, fits: Callable[[Job], bool]) -> Job | None:
        """The next job, which leaves the line to run; None when none waits or the next one has no room.

        A job without room keeps its turn, so that smaller ones cannot overtake it for ever. Its input is charged
        now, and as much output as pieces of its kind have on average; what it makes beyond is charged as it comes
        (`charge`), what it does not make is given back (`end`). Else one who comes anew would take every row that is
        free until the first of their tokens count (Sheng et al., "VTC with length prediction").
        """
        name = self._tenants.least()
        if name is None:
            return None
        tenant = self._tenants[name]
        key = tenant.members.least()
        assert key is not None
        first = tenant.members[key].line.first()
        assert first is not None
        entry = self._waiting[first[2]]
        if not fits(entry.job):
            self._room += ROOM_MOVES * (len(self._running) - self._room)
            return None
        tenant.members[key].line.pop()
        self._leave_line(entry)
        self._running[entry.job.id] = entry
        self._room = max(self._room, len(self._running))
        tenant.members.took(key)
        self._tenants.took(name)
        self._stand(tenant, key)
        entry.held = self._lengths.mean(entry.kind, entry.expected.output_tokens)
        self._spend(entry, entry.expected.prompt_tokens + OUTPUT_WEIGHT * entry.held)
        return entry.job

    def charge(self, job_id: str, output_tokens: int) -> None:
        """Count the output tokens that a running job made since the last call."""
        entry = self._running[job_id]
        known = max(entry.held, entry.spent)
        entry.spent += output_tokens
        self._charged += output_tokens
        self._charged_rows += output_tokens * len(self._running)
        if entry.spent > known:
            self._spend(entry, OUTPUT_WEIGHT * (entry.spent - known))

    def end(self, job_id: str, *, made: bool) -> None:
        """A running job is over; `made` says that it came to its own end, so that its length is evidence."""
        entry = self._running.pop(job_id)
        if entry.held > entry.spent:
            self._spend(entry, OUTPUT_WEIGHT * (entry.spent - entry.held))
        tenant = self._tenants[entry.job.tenant]
        tenant.running -= 1
        tenant.members[entry.job.member].running -= 1
        self._rest(tenant)
        bound = entry.expected.output_tokens
        if made and bound:
            self._lengths.learn(entry.kind, bound, entry.spent)
            self._usual.learn(entry.expected.prompt_tokens, entry.spent)

    def measured(self, tokens: int, seconds: float) -> None:
        """The engine made `tokens` output tokens, over all jobs, in `seconds` of work."""
        rows = round(self._charged_rows / self._charged) if self._charged else len(self._running)
        self._charged = self._charged_rows = 0
        if tokens > 0 and seconds > 0:
            self._pace.measured(max(1, rows), tokens, seconds)

    def cancel(self, job_id: str) -> bool:
        """Take a waiting job out of the line; whether it was there."""
        entry = self._waiting.get(job_id)
        if entry is None:
            return False
        tenant = self._tenants[entry.job.tenant]
        member = tenant.members[entry.job.member]
        member.line.drop(entry.ticket)
        self._leave_line(entry)
        self._tenants.called_off(entry.job.tenant)
        tenant.members.called_off(entry.job.member)
        self._stand(tenant, entry.job.member)
        self._rest(tenant)
        return True

    def expire(self, now: float) -> list[Job]:
        """Take out the waiting jobs whose deadline is not after `now` (Unix seconds)."""
        self._now = now
        late = []
        while (first := self._deadlines.first()) is not None and first[0] <= now:
            late.append(self._waiting[first[2]].job)
            self.cancel(first[2])
        return late

    def next_deadline(self) -> float | None:
        """When `expire` may next have something, in Unix seconds."""
        first = self._deadlines.first()
        return None if first is None else first[0]

    def line(self) -> Line:
        """Each waiting job's place: when it would start, by what was learned of lengths, speed and who comes."""
        rows = max(1, len(self._running), round(self._room))
        token_s = rows / self._pace.per_s(rows)
        lanes = [self._left(entry) * token_s for entry in self._running.values()]
        lanes += [0.0] * (rows - len(lanes))
        tenants: Turns[Members] = Turns(self._tenants.newcomers_per_s(self._now))
        for tenant in self._tenants.waiting():
            members: Members = Turns(tenant.members.newcomers_per_s(self._now))
            for member in tenant.members.waiting():
                pieces = [self._piece(self._waiting[found[2]], token_s) for found in member.line.backwards()]
                members.add(member.served, member.since, member.ahead, pieces)
            tenants.add(tenant.served, tenant.since, 0.0, members)
        usual = self._usual
        work = usual.prompt_tokens + OUTPUT_WEIGHT * usual.output_tokens
        return play(tenants, len(self), lanes, Piece("", usual.output_tokens * token_s, work, 1.0, 0.0))

    def _piece(self, entry: _Entry, token_s: float) -> Piece:
        work = entry.expected.prompt_tokens + OUTPUT_WEIGHT * self._lengths.mean(
            entry.kind, entry.expected.output_tokens
        )
        tokens = max(1.0, self._left(entry))
        return Piece(entry.job.id, tokens * token_s, work, entry.job.terms.weight, entry.ahead)

    def _left(self, entry: _Entry) -> float:
        """The output tokens that the job is believed to have before it."""
        quantile = entry.ticket * GOLDEN % 1.0
        return self._lengths.sample(entry.kind, entry.expected.output_tokens, quantile, entry.spent)

    def _leave_line(self, entry: _Entry) -> None:
        del self._waiting[entry.job.id]
        if entry.job.terms.deadline is not None:
            self._deadlines.drop(entry.ticket)

    def _stand(self, tenant: _Tenant, key: str) -> None:
        """The member's turn, by the priority of the job that is now their first."""
        first = tenant.members[key].line.first()
        tenant.members.goes_ahead(key, 0.0 if first is None else self._waiting[first[2]].ahead)

    def _spend(self, entry: _Entry, tokens: float) -> None:
        self._tenants.spend(entry.job.tenant, tokens / entry.job.terms.weight)
        self._tenants[entry.job.tenant].members.spend(entry.job.member, tokens)

    def _rest(self, tenant: _Tenant) -> None:
        if not tenant.waiting and not tenant.running:
            tenant.members.rest()
            if not self._waiting and not self._running:
                self._tenants.rest()
