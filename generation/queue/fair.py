"""Who is next: the fair line itself.

Between tenants, then between a tenant's members, the one that was served least so far goes first, counted in
tokens over weight (`parties.py`; output tokens count twice). A priority never moves one tenant before another. Within
a tenant it does two things, both bounded, so that nobody starves:

- among a member's own jobs, the least `asked_at - AGEING_S * priority` goes first: a point of priority is worth
  `AGEING_S` seconds of waiting, and a job is overtaken only by more urgent ones asked within the seconds that their
  priorities differ by;
- among members, the least `served - AHEAD_TOKENS * priority` of the next job goes first: a point lets a member be
  served `AHEAD_TOKENS` more than the others before they go first again, and never more.

Each kind of job has room in the engine of its own: texts that wait for a row do not hold up pictures, nor the other way
round, while what either costs is counted for both. So a kind that is full is passed over, by the same rules.

`put`, `take`, `cancel` and `end` are O(log n) amortised, `charge` is O(1), `line` is O(n log n), a `take` that passes over
a kind is O(n), with n of the other kinds waiting. How many may wait is `Admission`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, get_args

from generation.queue.forecast import Line, Members, Piece, Turns, play
from generation.queue.lengths import Lengths
from generation.queue.pace import Pace
from generation.queue.parties import LeastServed, Party
from generation.queue.pending import Pending
from generation.wire.jobs import Kind as JobKind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

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


@dataclass(slots=True)
class _Room:
    """The jobs of one kind, and what was learned of them. `rows` run when the engine is full, as far as was seen."""

    pace: Pace
    waiting: dict[str, _Entry] = field(default_factory=dict)
    running: dict[str, _Entry] = field(default_factory=dict)
    rows: float = 0.0
    lengths: Lengths = field(default_factory=Lengths)
    usual: _Usual = field(default_factory=_Usual)
    charged: int = 0  # output tokens since the last measurement,
    charged_rows: int = 0  # and the sum over them of how many rows ran

    def left(self, entry: _Entry) -> float:
        """The output tokens that the job is believed to have before it."""
        quantile = entry.ticket * GOLDEN % 1.0
        return self.lengths.sample(entry.kind, entry.expected.output_tokens, quantile, entry.spent)

    def usually(self, entry: _Entry) -> float:
        """The output tokens of such a job, on average."""
        return self.lengths.mean(entry.kind, entry.expected.output_tokens)


class FairQueue:
    """The jobs that wait and run, and who was served how much."""

    def __init__(self, tokens_per_s: float = 15.0) -> None:
        """`tokens_per_s` is the first guess of the speed of one job alone; speeds are measured from then on."""
        self._rooms: dict[JobKind, _Room] = {kind: _Room(Pace(tokens_per_s)) for kind in get_args(JobKind)}
        self._waiting: dict[str, _Entry] = {}
        self._running: dict[str, _Entry] = {}
        self._tenants = LeastServed(_Tenant)
        self._deadlines = Pending()
        self._ticket = count()
        self._now = 0.0  # as last told

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, job: Job, expected: Expected) -> None:
        """Take `job` into the line."""
        assert job.id not in self._waiting
        assert job.id not in self._running
        kind = Lengths.kind(job.form, expected.output_tokens)
        entry = self._waiting[job.id] = _Entry(job, expected, next(self._ticket), kind)
        self._rooms[job.kind].waiting[job.id] = entry
        tenant = self._tenants.arrive(job.tenant)
        member = tenant.members.arrive(job.member)
        if tenant.waiting == 1:
            self._tenants.came(job.asked_at)
        elif member.waiting == 1:
            tenant.members.came(job.asked_at)
        member.line.push(_own_turn(job), entry.ticket, job.id)
        self._tenants.goes_ahead(job.tenant, 0.0)
        self._stand(tenant, job.member)
        if job.terms.deadline is not None:
            self._deadlines.push(job.terms.deadline, entry.ticket, job.id)

    def take(self, fits: Callable[[Job], bool]) -> Job | None:
        """The next job, which leaves the line to run; None when none waits that has room.

        A job without room keeps its turn, so that smaller ones of its kind cannot overtake it for ever. A job's input is
        charged now, and as much output as pieces of its kind have on average; what it makes beyond is charged as it comes
        (`charge`), what it does not make is given back (`end`). Else one who comes anew would take every row that is
        free until the first of their tokens count (Sheng et al., "VTC with length prediction").
        """
        full: set[JobKind] = set()
        while (entry := self._next(full)) is not None:
            if fits(entry.job):
                self._run(entry)
                return entry.job
            room = self._rooms[entry.job.kind]
            room.rows += ROOM_MOVES * (len(room.running) - room.rows)
            full.add(entry.job.kind)
        return None

    def _next(self, full: Collection[JobKind]) -> _Entry | None:
        """Whose turn it is, of those of a kind that is not `full`."""
        if full:
            return min(self._first_of_each_member(full), key=self._turn, default=None)
        name = self._tenants.least()
        if name is None:
            return None
        members = self._tenants[name].members
        key = members.least()
        assert key is not None
        first = members[key].line.first()
        assert first is not None
        return self._waiting[first[2]]

    def _first_of_each_member(self, full: Collection[JobKind]) -> Collection[_Entry]:
        """Each member's first job, of those of a kind that is not `full`: a priority is worth so much waiting, no more."""
        first: dict[tuple[str, str], _Entry] = {}
        for kind, room in self._rooms.items():
            if kind not in full:
                for entry in room.waiting.values():
                    known = first.setdefault((entry.job.tenant, entry.job.member), entry)
                    if (_own_turn(entry.job), entry.ticket) < (_own_turn(known.job), known.ticket):
                        first[entry.job.tenant, entry.job.member] = entry
        return first.values()

    def _turn(self, entry: _Entry) -> tuple[float, ...]:
        """What orders members' first jobs: the tenant's turn, the member's, the job's; the least goes first."""
        job, tenant = entry.job, self._tenants[entry.job.tenant]
        member = tenant.members[job.member]
        return (
            tenant.served, tenant.since, member.served - entry.ahead, member.since, _own_turn(job), entry.ticket
        )  # fmt: skip

    def _run(self, entry: _Entry) -> None:
        job, room = entry.job, self._rooms[entry.job.kind]
        tenant = self._tenants[job.tenant]
        tenant.members[job.member].line.drop(entry.ticket)
        self._leave_line(entry)
        self._running[job.id] = room.running[job.id] = entry
        room.rows = max(room.rows, len(room.running))
        tenant.members.took(job.member)
        self._tenants.took(job.tenant)
        self._stand(tenant, job.member)
        entry.held = room.usually(entry)
        self._spend(entry, entry.expected.prompt_tokens + OUTPUT_WEIGHT * entry.held)

    def charge(self, job_id: str, output_tokens: int) -> None:
        """Count the output tokens that a running job made since the last call."""
        entry = self._running[job_id]
        room = self._rooms[entry.job.kind]
        known = max(entry.held, entry.spent)
        entry.spent += output_tokens
        room.charged += output_tokens
        room.charged_rows += output_tokens * len(room.running)
        if entry.spent > known:
            self._spend(entry, OUTPUT_WEIGHT * (entry.spent - known))

    def end(self, job_id: str, *, made: bool) -> None:
        """A running job is over; `made` says that it came to its own end, so that its length is evidence."""
        entry = self._running.pop(job_id)
        room = self._rooms[entry.job.kind]
        del room.running[job_id]
        if entry.held > entry.spent:
            self._spend(entry, OUTPUT_WEIGHT * (entry.spent - entry.held))
        tenant = self._tenants[entry.job.tenant]
        tenant.running -= 1
        tenant.members[entry.job.member].running -= 1
        self._rest(tenant)
        bound = entry.expected.output_tokens
        if made and bound:
            room.lengths.learn(entry.kind, bound, entry.spent)
            room.usual.learn(entry.expected.prompt_tokens, entry.spent)

    def measured(self, tokens: int, seconds: float, kind: JobKind = "text") -> None:
        """The engine made `tokens` output tokens, over all jobs of a kind, in the `seconds` of work while such ran."""
        room = self._rooms[kind]
        rows = round(room.charged_rows / room.charged) if room.charged else len(room.running)
        room.charged = room.charged_rows = 0
        if tokens > 0 and seconds > 0:
            room.pace.measured(max(1, rows), tokens, seconds)

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
        """Each waiting job's place: when it would start, by what was learned of lengths, speed and who comes.

        Each kind has a line of its own; a newcomer's place and the end are those of the one in which they wait longest.
        """
        lines = [self._line_of(room) for room in self._rooms.values() if room.waiting or room.running]
        if not lines:
            lines = [self._line_of(self._rooms["text"])]
        places = {job_id: place for line in lines for job_id, place in line.places.items()}
        newcomer = max((line.newcomer for line in lines), key=lambda place: place.eta_s)
        return Line(places, newcomer, max(line.end_eta_s for line in lines))

    def _line_of(self, room: _Room) -> Line:
        rows = max(1, len(room.running), round(room.rows))
        token_s = rows / room.pace.per_s(rows)
        lanes = [room.left(entry) * token_s for entry in room.running.values()]
        lanes += [0.0] * (rows - len(lanes))
        tenants: Turns[Members] = Turns(self._tenants.newcomers_per_s(self._now))
        for tenant in self._tenants.waiting():
            members: Members = Turns(tenant.members.newcomers_per_s(self._now))
            wait = False
            for member in tenant.members.waiting():
                pending = [room.waiting.get(found[2]) for found in member.line.backwards()]
                pieces = [_piece(entry, room, token_s) for entry in pending if entry is not None]
                if pieces:
                    members.add(member.served, member.since, pieces[-1].ahead, pieces)
                    wait = True
            if wait:
                tenants.add(tenant.served, tenant.since, 0.0, members)
        usual = room.usual
        work = usual.prompt_tokens + OUTPUT_WEIGHT * usual.output_tokens
        stranger = Piece("", usual.output_tokens * token_s, work, 1.0, 0.0)
        return play(tenants, len(room.waiting), lanes, stranger)

    def _leave_line(self, entry: _Entry) -> None:
        del self._waiting[entry.job.id], self._rooms[entry.job.kind].waiting[entry.job.id]
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


def _own_turn(job: Job) -> float:
    """What orders a member's own jobs."""
    return job.asked_at - AGEING_S * job.terms.priority


def _piece(entry: _Entry, room: _Room, token_s: float) -> Piece:
    work = entry.expected.prompt_tokens + OUTPUT_WEIGHT * room.usually(entry)
    tokens = max(1.0, room.left(entry))
    return Piece(entry.job.id, tokens * token_s, work, entry.job.terms.weight, entry.ahead)
