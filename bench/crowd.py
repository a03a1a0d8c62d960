"""A crowd and an engine, simulated: who asks when, how long each piece will really get, and a batch that makes them.

The policy under test sees what the real one sees: a bound for each piece, its tokens as they come, its end when it
ends, and every second how many tokens were made in how much work. It leaves out adapters, and the time that a policy
itself takes.
"""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from generation.forms import FORMS
from generation.queue import OUTPUT_WEIGHT, Expected
from generation.wire.jobs import Brief, Job, Terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from generation.queue import Line

ROWS = 16
CACHE_TOKENS = 8192  # prompts and bounds of all that run
STEP_S, ROW_S, PROMPT_TOKEN_S = 0.030, 0.0018, 0.0007  # a step, each of its rows, each token that is read in
MEASURE_EVERY_S = 1.0
MENU = (
    ("haiku", 30),
    ("free verse", 40),
    ("limerick", 10),
    ("scene", 12),
    ("short story", 8),
)  # and how liked
CALLED_OFF = 0.05  # share of the wishes


@dataclass(frozen=True, slots=True)
class Wish:
    """A job as it will turn out: `length` output tokens, unless it is called off at `cancelled_at` before its end."""

    job: Job
    expected: Expected
    length: int
    cancelled_at: float


@dataclass(slots=True)
class Fate:
    """What became of a wish, in simulated seconds; `told` is when its place was first told and the estimate then."""

    wish: Wish
    started_at: float | None = None
    told: tuple[float, float] | None = None

    @property
    def wait_s(self) -> float | None:
        return None if self.started_at is None else self.started_at - self.wish.job.asked_at


class Policy(Protocol):
    """What the simulation asks of a line: the queue's own calls."""

    def __len__(self) -> int: ...
    def put(self, job: Job, expected: Expected) -> None: ...
    def take(self, fits: Callable[[Job], bool]) -> Job | None: ...
    def charge(self, job_id: str, output_tokens: int) -> None: ...
    def end(self, job_id: str, *, made: bool) -> None: ...
    def cancel(self, job_id: str) -> bool: ...
    def measured(self, tokens: int, seconds: float) -> None: ...
    def expire(self, now: float) -> list[Job]: ...


class FirstInFirstOut:
    """What a bot without a policy does."""

    def __init__(self) -> None:
        self._line: deque[Job] = deque()
        self._gone: set[str] = set()
        self._waiting: set[str] = set()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, job: Job, expected: Expected) -> None:
        del expected
        self._line.append(job)
        self._waiting.add(job.id)

    def take(self, fits: Callable[[Job], bool]) -> Job | None:
        while self._line and self._line[0].id not in self._waiting:
            self._line.popleft()
        if not self._line or not fits(self._line[0]):
            return None
        job = self._line.popleft()
        self._waiting.remove(job.id)
        return job

    def charge(self, job_id: str, output_tokens: int) -> None:
        pass

    def end(self, job_id: str, *, made: bool) -> None:
        pass

    def cancel(self, job_id: str) -> bool:
        waits = job_id in self._waiting
        self._waiting.discard(job_id)
        return waits

    def measured(self, tokens: int, seconds: float) -> None:
        pass

    def expire(self, now: float) -> list[Job]:
        del now
        return []


class Wisher:
    """Makes wishes; a seed makes the same ones again."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self._made = 0

    def wish(self, at: float, tenant: str, member: str, weight: float = 1.0) -> Wish:
        draw = self.draw
        self._made += 1
        name = draw.choices([name for name, _ in MENU], [liked for _, liked in MENU])[0]
        size = draw.choices(["short", "medium", "long"], [3, 6, 1])[0]
        bound = FORMS[name].tokens[size]
        prompt = draw.randrange(35, 75)
        length = max(3, min(bound, round(bound * 0.6 * math.exp(draw.gauss(0.0, 0.45)))))
        job = Job(
            id=f"{tenant}-{self._made}", kind="text", tenant=tenant, member=member, asked_at=at,
            brief=Brief(name, "rain"), seed=1, terms=Terms(weight=weight),
        )  # fmt: skip
        cancelled_at = at + draw.expovariate(1 / 20) if draw.random() < CALLED_OFF else math.inf
        return Wish(job, Expected(prompt, bound), length, cancelled_at)

    def steadily(
        self, tenant: str, members: int, per_s: float, until: float, weight: float = 1.0
    ) -> Iterator[Wish]:
        """Wishes of a tenant's members, one at a time, at random."""
        at = self.draw.expovariate(per_s)
        while at < until:
            yield self.wish(at, tenant, f"{tenant}{self.draw.randrange(members)}", weight)
            at += self.draw.expovariate(per_s)

    def burst(
        self, tenant: str, members: int, count: int, at: float, within: float, weight: float = 1.0
    ) -> Iterator[Wish]:
        for _ in range(count):
            member = f"{tenant}{self.draw.randrange(members)}"
            yield self.wish(at + self.draw.random() * within, tenant, member, weight)


class Fairness:
    """The largest difference in weighted service between two tenants over any time in which both had work waiting."""

    def __init__(self) -> None:
        self.largest = 0.0
        self._served: dict[str, float] = {}
        self._ranges: dict[tuple[str, str], tuple[float, float]] = {}

    def served(self, job: Job, tokens: float) -> None:
        self._served[job.tenant] = self._served.get(job.tenant, 0.0) + tokens / job.terms.weight

    def look(self, waiting: list[str]) -> None:
        """`waiting` are the tenants that have work waiting now, in a fixed order."""
        seen = {}
        for n, one in enumerate(waiting):
            for other in waiting[n + 1 :]:
                ahead = self._served.get(one, 0.0) - self._served.get(other, 0.0)
                low, high = self._ranges.get((one, other), (ahead, ahead))
                low, high = min(low, ahead), max(high, ahead)
                seen[one, other] = low, high
                self.largest = max(self.largest, high - low)
        self._ranges = seen


@dataclass(slots=True)
class Played:
    """What a simulation brought. `busy_s` counts the engine's work, `full_tokens` the most that a batch held."""

    fates: list[Fate]
    took_s: float
    busy_s: float = 0.0
    tokens: int = 0
    full_tokens: int = 0
    fairness: Fairness = field(default_factory=Fairness)


def play(
    policy: Policy,
    wishes: list[Wish],
    *,
    seed: int,
    line: Callable[[], Line] | None = None,
    line_every_s: float = 1.0,
) -> Played:
    """Let `wishes` come to `policy` and be made, until nothing is left. `line` is asked for places now and then."""
    draw = random.Random(seed)
    coming = deque(sorted(wishes, key=lambda wish: wish.job.asked_at))
    fates = {wish.job.id: Fate(wish) for wish in wishes}
    cancels = [
        (wish.cancelled_at, wish.job.id) for wish in wishes if wish.cancelled_at < math.inf
    ]  # a wish is called off after it was asked
    heapq.heapify(cancels)
    tenants = sorted({wish.job.tenant for wish in wishes})
    waiting = dict.fromkeys(tenants, 0)
    running: dict[str, list[int]] = {}  # [made, length, reserved]
    reserved = 0
    now = line_at = measured_at = 0.0
    made_since, worked_since = 0, 0.0
    found = Played(list(fates.values()), 0.0)
    fairness = found.fairness

    def fits(job: Job) -> bool:
        expected = fates[job.id].wish.expected
        return (
            len(running) < ROWS and reserved + expected.prompt_tokens + expected.output_tokens <= CACHE_TOKENS
        )

    def over(job_id: str, *, made: bool) -> None:
        nonlocal reserved
        reserved -= running.pop(job_id)[2]
        policy.end(job_id, made=made)

    while coming or len(policy) or running:
        if not running and not len(policy):
            now = max(now, coming[0].job.asked_at)
        while coming and coming[0].job.asked_at <= now:
            wish = coming.popleft()
            policy.put(wish.job, wish.expected)
            waiting[wish.job.tenant] += 1
        while cancels and cancels[0][0] <= now:
            job_id = heapq.heappop(cancels)[1]
            if policy.cancel(job_id):
                waiting[fates[job_id].wish.job.tenant] -= 1
            elif job_id in running:
                over(job_id, made=False)
        policy.expire(now)
        prompt_tokens = 0
        while (job := policy.take(fits)) is not None:
            wish = fates[job.id].wish
            size = wish.expected.prompt_tokens + wish.expected.output_tokens
            running[job.id] = [0, wish.length, size]
            reserved += size
            prompt_tokens += wish.expected.prompt_tokens
            waiting[job.tenant] -= 1
            fates[job.id].started_at = now
            fairness.served(job, wish.expected.prompt_tokens)
        fairness.look([tenant for tenant in tenants if waiting[tenant]])
        found.full_tokens = max(found.full_tokens, reserved)
        if line is not None and now - line_at >= line_every_s:
            line_at = now
            for job_id, place in line().places.items():
                if fates[job_id].told is None:
                    fates[job_id].told = now, place.eta_s
        if not running:
            continue  # all that waited was called off
        step_s = (STEP_S + ROW_S * len(running) + PROMPT_TOKEN_S * prompt_tokens) * draw.uniform(0.9, 1.1)
        now += step_s
        worked_since += step_s
        made_since += len(running)
        for job_id, row in list(running.items()):
            row[0] += 1
            policy.charge(job_id, 1)
            fairness.served(fates[job_id].wish.job, OUTPUT_WEIGHT)
            if row[0] == row[1]:
                over(job_id, made=True)
        if now - measured_at >= MEASURE_EVERY_S or not running:
            policy.measured(made_since, worked_since)
            found.busy_s += worked_since
            found.tokens += made_since
            made_since, worked_since, measured_at = 0, 0.0, now
    found.took_s = now
    return found
