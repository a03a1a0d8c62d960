"""What the line learns: lengths, speeds, who comes. Each against what was really put in."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.queue import Expected, FairQueue
from generation.queue.arrivals import MEMORY_S, Arrivals
from generation.queue.lengths import ENOUGH, KEPT, Lengths
from generation.queue.pace import Pace
from tests.generation.queue.asked import job

HAIKU, STORY = Lengths.kind("haiku", 40), Lengths.kind("short story", 900)


def test_before_anything_is_learned_a_piece_is_as_long_as_its_bound() -> None:
    lengths = Lengths()
    assert lengths.mean(HAIKU, 40) == 40
    assert lengths.sample(HAIKU, 40, 0.1) == 40
    assert lengths.sample(HAIKU, 40, 0.9, made=30) == 10
    assert lengths.sample(HAIKU, 0, 0.5) == 0


def test_a_form_is_learned_apart_once_there_is_enough_of_it() -> None:
    lengths = Lengths()
    for _ in range(ENOUGH):
        lengths.learn(STORY, 900, 450)
    assert lengths.mean(HAIKU, 40) == 20
    for _ in range(ENOUGH):
        lengths.learn(HAIKU, 40, 10)
    assert lengths.mean(HAIKU, 40) == 10
    assert lengths.mean(STORY, 900) == 450


def test_samples_are_the_lengths_that_were_seen_in_their_order() -> None:
    lengths = Lengths()
    for made in (30, 10, 40, 20) * 2:
        lengths.learn(HAIKU, 40, made)
    assert [lengths.sample(HAIKU, 40, n / 4 + 0.1) for n in range(4)] == [10, 20, 30, 40]
    assert {lengths.sample(HAIKU, 40, n / 8, made=25) for n in range(8)} == {5, 15}


def test_what_was_long_ago_is_forgotten() -> None:
    lengths = Lengths()
    for made in [40] * KEPT + [10] * KEPT:
        lengths.learn(HAIKU, 40, made)
    assert lengths.mean(HAIKU, 40) == 10


@given(
    st.lists(st.integers(0, 99), max_size=80), st.integers(1, 99), st.floats(0, 0.999), st.integers(0, 120)
)
def test_what_is_still_to_come_is_never_less_than_nothing_nor_more_than_the_bound(
    seen: list[int], bound: int, quantile: float, made: int
) -> None:
    lengths = Lengths()
    for length in seen:
        lengths.learn(Lengths.kind("haiku", bound), bound, length)
    left = lengths.sample(Lengths.kind("haiku", bound), bound, quantile, made)
    assert 0 <= left <= max(0.0, bound - made) + 1e-9


def test_a_speed_is_that_of_as_many_rows() -> None:
    pace = Pace(15.0)
    assert pace.per_s(1) == 15.0
    for _ in range(50):
        pace.measured(1, 25, 1.0)
        pace.measured(16, 250, 1.0)
    assert pace.per_s(1) == pytest.approx(25, rel=0.01)
    assert pace.per_s(16) == pytest.approx(250, rel=0.01)
    assert 25 < pace.overall_per_s() < 250


def test_more_rows_than_were_measured_are_believed_to_be_faster_but_not_in_proportion() -> None:
    pace = Pace(15.0)
    pace.measured(4, 100, 2.0)
    assert 50 < pace.per_s(8) < 100
    assert pace.per_s(4) == pytest.approx(50)
    assert 12.5 < pace.per_s(2) < 50


def test_a_speed_that_has_changed_is_believed_within_a_minute() -> None:
    pace = Pace(15.0)
    for _ in range(300):
        pace.measured(8, 200, 1.0)
    for _ in range(60):
        pace.measured(8, 100, 1.0)
    assert pace.per_s(8) == pytest.approx(100, rel=0.1)


@pytest.mark.parametrize("per_s", [0.1, 0.5, 3.0])
def test_a_stream_is_measured(per_s: float) -> None:
    draw = random.Random(3)
    arrivals, at, said = Arrivals(), 0.0, []
    while at < 20 * MEMORY_S:
        at += draw.expovariate(per_s)
        arrivals.came(at)
        if at > 3 * MEMORY_S:
            said.append(arrivals.per_s(at))
    assert sum(said) / len(said) == pytest.approx(per_s, rel=0.25)


def test_a_crowd_at_one_moment_is_no_stream() -> None:
    arrivals = Arrivals()
    for n in range(100):
        arrivals.came(1000.0 + n / 400)
    assert arrivals.per_s(1001.0) < 0.1


def test_a_stream_that_has_ended_is_forgotten() -> None:
    arrivals = Arrivals()
    for n in range(300):
        arrivals.came(float(n))
    assert arrivals.per_s(300.0) == pytest.approx(1.0, rel=0.1)
    assert arrivals.per_s(300.0 + 3 * MEMORY_S) < 0.06


@given(st.lists(st.floats(0, 1e6), max_size=30), st.floats(0, 1e6))
def test_times_in_any_order_give_a_rate_and_one_arrival_none(times: list[float], now: float) -> None:
    arrivals = Arrivals()
    for at in times:
        arrivals.came(at)
    assert 0 <= arrivals.per_s(now) <= len(times)
    assert len(times) > 1 or arrivals.per_s(now) == 0


def test_fewer_are_expected_to_come_where_those_who_could_have_come() -> None:
    """Nine members ask one at a time, on and on; then eight of them have something waiting."""
    queue = FairQueue()
    queue.put(job("keeps the guild waiting", member="patient", asked_at=0.0), Expected(0, 10))
    for n in range(180):
        queue.put(job(f"j{n}", member=f"m{n % 9}", asked_at=float(n)), Expected(0, 10))
        queue.cancel(f"j{n}")
    members = queue._tenants["guild"].members
    assert members.newcomers_per_s(180.0) == pytest.approx(1.0, rel=0.1)
    for n in range(8):
        queue.put(job(f"k{n}", member=f"m{n}", asked_at=0.0), Expected(0, 10))
    assert members.newcomers_per_s(180.0) < 0.5
