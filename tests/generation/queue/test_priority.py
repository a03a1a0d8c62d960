"""Priorities: what is urgent goes first among its own people, never before others', and nobody waits for ever."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from generation.queue import Expected, FairQueue
from generation.queue.fair import AGEING_S, AHEAD_TOKENS
from tests.generation.queue.asked import drained, job, yes

ONE = Expected(10, 20)
COST = 10 + 2 * 20


def test_a_members_urgent_job_goes_before_the_others_of_the_same_time() -> None:
    queue = FairQueue()
    for name, priority in (("background", -5), ("wish", 0), ("urgent", 5)):
        queue.put(job(name, priority=priority), ONE)
    assert drained(queue) == ["urgent", "wish", "background"]


def test_a_point_of_priority_is_worth_a_minute_of_waiting() -> None:
    queue = FairQueue()
    queue.put(job("old", asked_at=0.0), ONE)
    queue.put(job("soon", asked_at=2 * AGEING_S - 1, priority=2), ONE)
    queue.put(job("late", asked_at=2 * AGEING_S + 1, priority=2), ONE)
    assert drained(queue) == ["soon", "old", "late"]


def test_a_background_job_is_not_overtaken_for_ever_by_wishes_that_keep_coming() -> None:
    queue = FairQueue()
    queue.put(job("background", asked_at=0.0, priority=-3), ONE)
    came = []
    for second in range(0, 1000, 10):
        queue.put(job(f"wish{second}", asked_at=float(second)), ONE)
        taken = queue.take(yes)
        assert taken is not None
        came.append(taken.id)
        queue.charge(taken.id, 20)
        queue.end(taken.id, made=True)
    assert came.index("background") == 3 * AGEING_S / 10


def test_a_members_urgent_job_goes_before_other_members_wishes_though_they_were_served_less() -> None:
    queue = FairQueue()
    for n in range(3):
        queue.put(job(f"ada{n}"), ONE)
        queue.put(job(f"bo{n}", member="bo"), ONE)
    assert queue.take(yes) is not None
    queue.charge("ada0", 20)
    queue.end("ada0", made=True)
    queue.put(job("urgent", priority=1), ONE)
    assert drained(queue)[0] == "urgent"


def test_a_member_with_urgent_work_gets_ahead_by_so_many_tokens_and_not_by_more() -> None:
    queue = FairQueue()
    for n in range(60):
        queue.put(job(f"urgent{n}", member="ada", priority=10), ONE)
        queue.put(job(f"wish{n}", member="bo"), ONE)
    order = drained(queue)
    ahead = 0
    for n, name in enumerate(order[:100]):
        ahead += COST if name.startswith("urgent") else -COST
        assert ahead <= 10 * AHEAD_TOKENS + COST, n
    assert order.index("wish0") == 10 * AHEAD_TOKENS / COST + 1


def test_one_who_comes_anew_is_not_made_to_catch_up_with_an_urgent_member() -> None:
    queue = FairQueue()
    for n in range(40):
        queue.put(job(f"urgent{n}", member="ada", priority=5), ONE)
    for _ in range(20):
        taken = queue.take(yes)
        assert taken is not None
        queue.charge(taken.id, 20)
        queue.end(taken.id, made=True)
    for n in range(3):
        queue.put(job(f"wish{n}", member="bo"), ONE)
    assert drained(queue).index("wish1") <= 4


def test_one_who_comes_anew_goes_before_background_work() -> None:
    queue = FairQueue()
    for n in range(10):
        queue.put(job(f"background{n}", member="trial", priority=-20), ONE)
    queue.put(job("wish", member="bo"), ONE)
    assert drained(queue)[0] == "wish"


jobs = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(-100, 100), st.floats(0, 1e4)),
    min_size=1, max_size=60,
)  # fmt: skip


@given(jobs)
def test_priorities_never_change_which_tenant_is_served(asks: list[tuple[str, str, int, float]]) -> None:
    def tenants(*, heeded: bool) -> list[str]:
        queue = FairQueue()
        for n, (tenant, member, priority, at) in enumerate(asks):
            queue.put(job(f"{tenant}{n}", tenant, member, at, priority=priority if heeded else 0), ONE)
        return [name[0] for name in drained(queue)]

    assert tenants(heeded=True) == tenants(heeded=False)


@given(jobs, st.integers(-100, 100))
def test_whoever_waits_is_served_in_the_end_whatever_is_put_before_them(
    asks: list[tuple[str, str, int, float]], own: int
) -> None:
    """The most that the rules allow others, and a little: then it must have been taken."""
    queue = FairQueue()
    queue.put(job("patient", "a", "patient", 0.0, priority=own), ONE)
    at = 0.0
    for served in range(10_000):
        tenant, member, priority, _ = asks[served % len(asks)]
        at += AGEING_S / 10
        queue.put(job(f"j{served}", tenant, member, at, priority=priority), ONE)
        taken = queue.take(yes)
        assert taken is not None
        if taken.id == "patient":
            break
        queue.charge(taken.id, 20)
        queue.end(taken.id, made=True)
    # others of its tenant may each be served 200 points' tokens more, and the other tenant as much as its own
    assert served <= 2 * (3 * 200 * AHEAD_TOKENS / COST + 10)
