"""What an operation costs, counted in calls and not in seconds, and what is charged for a piece."""

from __future__ import annotations

import random
import sys
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from generation.queue import Expected, FairQueue
from tests.generation.queue.asked import drained, job, yes

if TYPE_CHECKING:
    from collections.abc import Callable

HUNDRED = Expected(10, 100)


def calls(act: Callable[[], None]) -> int:
    """How many functions, Python's and C's, `act` calls."""
    seen = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal seen
        seen += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(before)
    return seen


def crowd(size: int) -> tuple[FairQueue, Callable[[], None]]:
    """A queue in which `size` wait, and something that does a hundred of each operation there."""
    draw, queue, waiting = random.Random(1), FairQueue(), []
    for n in range(size):
        made = job(
            f"j{n}", f"g{draw.randrange(100)}", f"m{draw.randrange(50)}", float(n), deadline=1e9 + n,
            priority=draw.randrange(-2, 3),
        )  # fmt: skip
        queue.put(made, HUNDRED)
        waiting.append(made.id)
    draw.shuffle(waiting)

    def act() -> None:
        for n in range(100):
            queue.put(job(f"new{n}", f"g{n}", "m1", float(size + n)), HUNDRED)
            taken = queue.take(yes)
            assert taken is not None
            queue.charge(taken.id, 30)
            queue.end(taken.id, made=True)
            queue.cancel(waiting.pop())
            queue.expire(0.0)

    return queue, act


def test_a_hundred_thousand_that_wait_cost_an_operation_hardly_more_than_a_thousand() -> None:
    few, many = crowd(1000), crowd(100_000)
    at_few, at_many = calls(few[1]), calls(many[1])
    assert at_many <= 1.5 * at_few
    assert at_many / 600 < 60


def test_one_who_asks_and_cancels_all_day_costs_the_others_nothing() -> None:
    queue = FairQueue()
    queue.put(job("first"), HUNDRED)

    def churn() -> None:
        for n in range(100):
            queue.put(job("x", "other", "bo", deadline=1e9 + n), HUNDRED)
            queue.cancel("x")

    churn()
    early = calls(churn)
    for _ in range(50):
        churn()
    assert calls(churn) <= 1.2 * early


def test_one_who_comes_anew_does_not_take_every_free_row_before_their_tokens_count() -> None:
    queue = FairQueue()
    for n in range(8):
        queue.put(job(f"a{n}", "a"), HUNDRED)
        queue.put(job(f"b{n}", "b"), HUNDRED)
    at_once = [taken.id[0] for _ in range(8) if (taken := queue.take(yes)) is not None]
    assert sorted(at_once) == ["a"] * 4 + ["b"] * 4


asks = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.integers(0, 150), st.booleans()),
    min_size=1, max_size=40,
)  # fmt: skip


@given(asks, st.integers(1, 5))
def test_when_all_is_over_each_was_charged_what_they_spent(
    pieces: list[tuple[str, str, int, bool]], rows: int
) -> None:
    """Whatever was believed of a piece's length before: input once, output twice, over the tenant's weight."""
    weights = {"a": 1.0, "b": 2.0, "c": 0.5}
    queue, spent = FairQueue(), dict.fromkeys("abc", 0.0)
    for n, (tenant, member, _, _) in enumerate(pieces):
        queue.put(job(f"{n}", tenant, member, weight=weights[tenant]), HUNDRED)
    running: list[str] = []
    while len(queue) or running:
        while len(running) < rows and (taken := queue.take(yes)) is not None:
            running.append(taken.id)
        name = running.pop(0)
        tenant, _, tokens, made = pieces[int(name)]
        for part in (tokens // 3, tokens - tokens // 3):
            queue.charge(name, part)
        queue.end(name, made=made)
        spent[tenant] += (10 + 2 * tokens) / weights[tenant]
    for tenant in {tenant for tenant, *_ in pieces}:
        assert abs(queue._tenants[tenant].served - spent[tenant]) < 1e-6


def test_what_a_piece_did_not_make_is_given_back_at_once() -> None:
    queue = FairQueue()
    for name in ("a0", "a1", "b0", "b1"):
        queue.put(job(name, name[0]), HUNDRED)
    first = queue.take(yes)
    assert first is not None
    assert first.id == "a0"
    second = queue.take(yes)
    assert second is not None
    assert second.id == "b0"
    queue.charge("b0", 1)
    queue.end("b0", made=True)
    assert drained(queue)[0] == "b1"
