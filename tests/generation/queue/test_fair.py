"""The fair line: nobody is lost, nobody starves, and what it says of the future comes true."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from generation.queue import Expected, FairQueue
from generation.queue.parties import IDLE_KEPT
from tests.generation.queue.asked import but, drained, job, yes

if TYPE_CHECKING:
    from generation.wire.jobs import Job, Kind

ONE = Expected(10, 20)
kinds: st.SearchStrategy[Kind] = st.sampled_from(["text", "text", "picture"])


def test_a_members_own_jobs_go_in_the_order_in_which_they_were_asked() -> None:
    queue = FairQueue()
    for name, asked_at in (("late", 3.0), ("early", 1.0), ("middle", 2.0)):
        queue.put(job(name, asked_at=asked_at), ONE)
    assert drained(queue) == ["early", "middle", "late"]


def test_a_member_who_asks_for_twenty_does_not_keep_another_waiting() -> None:
    queue = FairQueue()
    for n in range(20):
        queue.put(job(f"greedy{n}", member="ada"), ONE)
    queue.put(job("modest", member="bo"), ONE)
    assert drained(queue).index("modest") <= 1


def test_a_busy_guild_does_not_keep_a_quiet_one_waiting() -> None:
    queue = FairQueue()
    for n in range(30):
        queue.put(job(f"busy{n}", tenant="busy", member=f"m{n}"), ONE)
    queue.put(job("quiet", tenant="quiet"), ONE)
    assert drained(queue).index("quiet") <= 1


def test_twice_the_weight_is_twice_the_share() -> None:
    queue = FairQueue()
    for n in range(60):
        queue.put(job(f"heavy{n}", tenant="heavy", weight=2.0), ONE)
        queue.put(job(f"light{n}", tenant="light"), ONE)
    first = drained(queue)[:30]
    assert 19 <= sum(name.startswith("heavy") for name in first) <= 21


def test_absence_saves_nothing_up() -> None:
    queue = FairQueue()
    for n in range(100):
        queue.put(job(f"a{n}", tenant="a"), ONE)
    served = [queue.take(yes) for _ in range(50)]
    for taken in served:
        assert taken is not None
        queue.charge(taken.id, 20)
        queue.end(taken.id, made=False)
    for n in range(50):
        queue.put(job(f"b{n}", tenant="b"), ONE)
    first = drained(queue)[:20]
    assert 9 <= sum(name.startswith("b") for name in first) <= 11


def test_one_without_room_keeps_its_turn() -> None:
    queue = FairQueue()
    queue.put(job("large", tenant="a"), Expected(10, 1000))
    queue.put(job("small", tenant="b"), ONE)
    assert queue.take(lambda found: found.id == "small") is None
    assert drained(queue) == ["large", "small"]


def test_what_is_past_its_deadline_is_taken_out_and_nothing_else() -> None:
    queue = FairQueue()
    queue.put(job("late", deadline=10.0), ONE)
    queue.put(job("later", deadline=20.0), ONE)
    queue.put(job("never"), ONE)
    assert queue.next_deadline() == 10.0
    assert [found.id for found in queue.expire(10.0)] == ["late"]
    assert queue.expire(10.0) == []
    assert len(queue) == 2


def test_the_same_id_may_come_again_after_it_was_cancelled() -> None:
    queue = FairQueue()
    queue.put(job("x", deadline=5.0), ONE)
    assert queue.cancel("x")
    assert not queue.cancel("x")
    queue.put(job("x", tenant="other", deadline=50.0), ONE)
    assert queue.expire(6.0) == []
    assert drained(queue) == ["x"]


def test_an_eta_is_the_work_ahead_over_the_measured_speed() -> None:
    queue = FairQueue(tokens_per_s=10.0)
    queue.put(job("runs"), Expected(0, 100))
    assert queue.take(yes) is not None
    queue.put(job("next"), Expected(0, 50))
    queue.put(job("then"), Expected(0, 50))
    line = queue.line()
    assert [(name, place.position, place.eta_s) for name, place in line.places.items()] == [
        ("next", 1, 10.0), ("then", 2, 15.0),
    ]  # fmt: skip
    assert line.end_eta_s == 20.0
    queue.charge("runs", 60)
    assert queue.line().places["next"].eta_s == 4.0


def test_the_eta_learns_the_engines_speed_and_how_long_pieces_get() -> None:
    queue = FairQueue(tokens_per_s=10.0)
    for n in range(60):
        queue.measured(400, 10.0)
        queue.put(job(f"j{n}"), Expected(0, 100))
        assert queue.take(yes) is not None
        queue.charge(f"j{n}", 50)
        queue.end(f"j{n}", made=True)
    queue.put(job("runs"), Expected(0, 100))
    queue.take(yes)
    queue.put(job("next"), Expected(0, 100))
    assert 50 / 40 * 0.95 <= queue.line().places["next"].eta_s <= 50 / 40 * 1.1


def test_pictures_alone_tell_nothing_of_how_fast_texts_are() -> None:
    queue = FairQueue(tokens_per_s=10.0)
    queue.put(job("runs"), Expected(0, 100))
    assert queue.take(yes) is not None
    queue.put(job("next"), Expected(0, 100))
    queue.put(job("p0", kind="picture"), Expected(0, 50))
    assert queue.take(but("text")) is not None
    queue.put(job("p1", kind="picture"), Expected(0, 50))
    for _ in range(60):
        queue.charge("p0", 0)
        queue.measured(500, 10.0, "picture")
    places = queue.line().places
    assert (places["next"].eta_s, places["p1"].eta_s) == (10.0, 1.0)


def test_a_thousand_passers_by_are_forgotten() -> None:
    queue = FairQueue()
    for n in range(20 * IDLE_KEPT):
        queue.put(job(f"j{n}", tenant=f"t{n}"), ONE)
        drained(queue)
    assert len(queue._tenants) <= 4 * IDLE_KEPT


names = st.sampled_from(["a", "b", "c"])


ask = st.tuples(names, names, st.integers(1, 50), st.integers(0, 30), st.sampled_from([0, 0, 0, -2, 1, 60]))


@given(st.lists(ask, min_size=1, max_size=40))
def test_the_line_is_the_order_that_comes_true(asks: list[tuple[str, str, int, int, int]]) -> None:
    queue = FairQueue()
    for n, (tenant, member, tokens, prompt, priority) in enumerate(asks):
        made = job(f"j{n}", tenant, member, asked_at=float(n % 5), priority=priority)
        queue.put(made, Expected(prompt, tokens))
    said = list(queue.line().places)
    came = []
    while (taken := queue.take(yes)) is not None:
        came.append(taken.id)
        queue.charge(taken.id, asks[int(taken.id[1:])][2])
        queue.end(taken.id, made=False)
    assert came == said


@given(st.integers(0, 2**32), st.integers(2, 6))
@settings(max_examples=30)
def test_those_who_always_wait_are_served_alike(seed: int, parties: int) -> None:
    """The bound of virtual token counters: two backlogged tenants differ by at most two jobs' cost."""
    draw = random.Random(seed)
    queue = FairQueue()
    sizes, largest = {}, 0.0
    for tenant in range(parties):
        for n in range(60):
            prompt, tokens = draw.randrange(30), draw.randrange(1, 60)
            sizes[f"{tenant}-{n}"] = (tenant, prompt + 2 * tokens, tokens)
            largest = max(largest, prompt + 2 * tokens)
            queue.put(job(f"{tenant}-{n}", tenant=str(tenant)), Expected(prompt, tokens))
    served = [0.0] * parties
    for _ in range(40 * parties // 2):
        taken = queue.take(yes)
        assert taken is not None
        tenant, cost, tokens = sizes[taken.id]
        served[tenant] += cost
        queue.charge(taken.id, tokens)
        queue.end(taken.id, made=False)
        assert max(served) - min(served) <= 2 * largest


@pytest.mark.parametrize(("full", "other"), [("text", "picture"), ("picture", "text")])
def test_a_kind_that_is_full_does_not_hold_up_the_other(full: Kind, other: Kind) -> None:
    queue = FairQueue()
    for n in range(3):
        queue.put(job(f"held{n}", asked_at=1.0, kind=full), ONE)
        queue.put(job(f"free{n}", asked_at=2.0 + n, kind=other), ONE)
    taken = [queue.take(but(full)) for _ in range(4)]
    assert [found and found.id for found in taken] == ["free0", "free1", "free2", None]
    assert queue.take(but("text", "picture")) is None
    assert [found.id for _ in range(3) if (found := queue.take(yes))] == ["held0", "held1", "held2"]


def test_where_a_kind_is_passed_over_the_one_least_served_still_goes_first() -> None:
    queue = FairQueue()
    queue.put(job("big", tenant="busy"), Expected(0, 500))
    assert queue.take(yes) is not None  # and it is charged, whatever kind it was
    queue.put(job("text", tenant="other"), ONE)
    queue.put(job("busy's", tenant="busy", asked_at=1.0, kind="picture"), ONE)
    queue.put(job("quiet's", tenant="quiet", asked_at=2.0, kind="picture"), ONE)
    queue.put(job("urgent", tenant="quiet", asked_at=3.0, kind="picture", priority=5), ONE)
    taken = [queue.take(but("text")) for _ in range(3)]
    assert [found and found.id for found in taken] == ["urgent", "quiet's", "busy's"]


@pytest.mark.parametrize("full", [[], ["text"]], ids=["nothing is full", "texts are full"])
def test_an_old_job_is_overtaken_by_so_much_priority_and_no_more(full: list[Kind]) -> None:
    queue = FairQueue()
    queue.put(job("old", asked_at=0.0, kind="picture"), ONE)
    for minute in range(4):
        queue.put(job(f"urgent{minute}", asked_at=60.0 * minute, priority=2, kind="picture"), ONE)
    order = [found.id for _ in range(5) if (found := queue.take(but(*full)))]
    assert order == ["urgent0", "urgent1", "old", "urgent2", "urgent3"]


def test_what_is_served_out_of_turn_sets_nobody_back() -> None:
    """A newcomer begins beside those whose texts wait, not behind the one who had pictures meanwhile."""
    queue = FairQueue()
    queue.put(job("waits", tenant="a"), ONE)
    for n in range(5):
        queue.put(job(f"p{n}", tenant="painter", kind="picture"), Expected(0, 100))
        assert queue.take(but("text")) is not None
    queue.put(job("waits too", tenant="a"), ONE)
    queue.put(job("new", tenant="newcomer"), ONE)
    assert drained(queue) == ["waits", "new", "waits too"]


def test_a_place_is_one_among_its_own_kind() -> None:
    queue = FairQueue(tokens_per_s=10.0)
    for n in range(5):
        queue.put(job(f"t{n}", asked_at=float(n)), Expected(0, 100))
    for n in range(2):
        queue.put(job(f"p{n}", asked_at=10.0 + n, kind="picture"), Expected(0, 10))
    places = queue.line().places
    assert {name: place.position for name, place in places.items()} == {
        "t0": 1, "t1": 2, "t2": 3, "t3": 4, "t4": 5, "p0": 1, "p1": 2,
    }  # fmt: skip
    assert (places["t1"].eta_s, places["p1"].eta_s) == (10.0, 1.0)


class Line(RuleBasedStateMachine):
    """Whatever happens, in whatever order: each job leaves exactly once, and the line agrees with itself."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = FairQueue()
        self.waiting: dict[str, Job] = {}
        self.running: set[str] = set()
        self.left: list[str] = []
        self.asked = 0
        self.now = 0.0

    @rule(
        tenant=names,
        member=names,
        late=st.one_of(st.none(), st.integers(1, 9)),
        tokens=st.integers(1, 99),
        priority=st.sampled_from([0, 0, -100, 3, 100]),
        kind=kinds,
    )
    def put(self, tenant: str, member: str, late: int | None, tokens: int, priority: int, kind: Kind) -> None:
        self.asked += 1
        deadline = None if late is None else self.now + late
        made = job(f"j{self.asked}", tenant, member, self.now, deadline, priority=priority, kind=kind)
        self.queue.put(made, Expected(5, tokens))
        self.waiting[made.id] = made

    @rule(full=st.sets(kinds, max_size=1))
    def take(self, full: set[Kind]) -> None:
        taken = self.queue.take(but(*full))
        # whatever waits and has room is the next one in the end: nobody is lost
        assert (taken is None) == all(found.kind in full for found in self.waiting.values())
        if taken is not None:
            assert taken.kind not in full
            del self.waiting[taken.id]
            self.running.add(taken.id)

    @precondition(lambda self: self.running)
    @rule(tokens=st.integers(0, 40), over=st.booleans())
    def work(self, tokens: int, over: bool) -> None:
        name = min(self.running)
        self.queue.charge(name, tokens)
        if over:
            self.queue.end(name, made=True)
            self.running.discard(name)
            self.left.append(name)

    @precondition(lambda self: self.waiting)
    @rule(pick=st.integers(0, 1000))
    def cancel(self, pick: int) -> None:
        name = sorted(self.waiting)[pick % len(self.waiting)]
        assert self.queue.cancel(name)
        assert not self.queue.cancel(name)
        del self.waiting[name]
        self.left.append(name)

    @rule(seconds=st.integers(0, 5))
    def expire(self, seconds: int) -> None:
        self.now += seconds
        late = {found.id for found in self.queue.expire(self.now)}
        assert late == {
            name for name, found in self.waiting.items()
            if found.terms.deadline is not None and found.terms.deadline <= self.now
        }  # fmt: skip
        for name in late:
            del self.waiting[name]
            self.left.append(name)

    @invariant()
    def the_line_is_those_who_wait(self) -> None:
        places = self.queue.line().places
        assert set(places) == set(self.waiting)
        assert len(self.queue) == len(self.waiting)
        for kind in ("text", "picture"):
            line = [place for name, place in places.items() if self.waiting[name].kind == kind]
            assert [place.position for place in line] == list(range(1, len(line) + 1))
            assert [place.eta_s for place in line] == sorted(place.eta_s for place in line)
        assert len(self.left) == len(set(self.left)) == self.asked - len(self.waiting) - len(self.running)
        deadlines = [
            found.terms.deadline for found in self.waiting.values() if found.terms.deadline is not None
        ]
        assert self.queue.next_deadline() == min(deadlines, default=None)


TestLine = Line.TestCase
TestLine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
