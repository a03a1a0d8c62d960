"""What the line says of the future, where it is known what will come."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from generation.queue import Expected, FairQueue
from generation.queue.forecast import Members, Piece, Turns, play
from tests.generation.queue.asked import job, yes

BOUND = Expected(0, 100)


def learned(lengths: range, rows: int = 1) -> FairQueue:
    """A queue that has seen pieces of these lengths, and an engine that makes ten tokens a second for each row."""
    queue = FairQueue()
    for n, tokens in enumerate(lengths):
        queue.put(job(f"before{n}"), BOUND)
        assert queue.take(yes) is not None
        queue.charge(f"before{n}", tokens)
        queue.end(f"before{n}", made=True)
        queue.measured(10 * rows, 1.0)
    return queue


def full(queue: FairQueue, rows: int) -> None:
    """As many rows run as the engine has, and each has begun."""
    for n in range(rows):
        queue.put(job(f"runs{n}", f"guild{n}"), BOUND)
    while queue.take(lambda _: len(queue._running) < rows) is not None:
        pass
    for _ in range(60):
        for n in range(rows):
            queue.charge(f"runs{n}", 1 if _ == 0 else 0)
        queue.measured(10 * rows, 1.0)


def test_the_first_of_many_rows_to_be_free_is_the_shortest_piece_and_not_the_usual_one() -> None:
    queue = learned(range(10, 74))
    full(queue, 16)
    queue.put(job("next", "other"), BOUND)
    queue.put(job("far", "other"), BOUND)
    for n in range(13):
        queue.put(job(f"waits{n}", "other"), BOUND)
    places = queue.line().places
    assert places["next"].eta_s < 2.0  # where the mean of what is left is more than three seconds
    assert 3.0 < max(place.eta_s for place in places.values()) < 7.0


def test_one_who_has_nothing_waiting_would_come_before_a_crowd() -> None:
    queue = learned(range(20, 84))
    full(queue, 2)
    for n in range(40):
        queue.put(job(f"crowd{n}", "crowd"), BOUND)
    line = queue.line()
    assert line.newcomer.position == 2
    assert line.newcomer.eta_s < 0.1 * line.end_eta_s


def test_those_who_were_served_wait_longer_where_others_keep_coming() -> None:
    def last_eta(*, others_come: bool) -> float:
        queue = learned(range(20, 84))
        for n in range(1, 100):
            if others_come:
                queue.put(job(f"o{n}", f"other{n}", asked_at=2.0 * n), BOUND)
                assert queue.cancel(f"o{n}")
        queue.expire(200.0)
        for n in range(40):
            queue.put(job(f"crowd{n}", "crowd", asked_at=200.0), BOUND)
        places = queue.line().places
        return places["crowd39"].eta_s

    assert last_eta(others_come=True) > 1.5 * last_eta(others_come=False)


levels = st.lists(
    st.lists(st.lists(st.floats(0.1, 50), min_size=1, max_size=4), min_size=1, max_size=3), max_size=5
)


@given(levels, st.floats(0, 50), st.floats(0, 50), st.integers(1, 4), st.sampled_from([0.0, 0.5, 20.0]))
@settings(max_examples=200)
def test_every_piece_gets_one_place_however_many_strangers_come(
    asked: list[list[list[float]]], outside_per_s: float, inside_per_s: float, rows: int, usual_s: float
) -> None:
    tenants: Turns[Members] = Turns(outside_per_s)
    names = []
    for t, of_tenant in enumerate(asked):
        members: Members = Turns(inside_per_s)
        for m, sizes in enumerate(of_tenant):
            pieces = [Piece(f"{t}.{m}.{n}", size, size, 1.0, 0.0) for n, size in enumerate(sizes)]
            names += [piece.job_id for piece in pieces]
            members.add(0.0, m, 0.0, pieces)
        tenants.add(0.0, t, 0.0, members)
    line = play(tenants, len(names), [0.0] * rows, Piece("", usual_s, 20.0, 1.0, 0.0))
    assert sorted(line.places) == sorted(names)
    assert [place.position for place in line.places.values()] == list(range(1, len(names) + 1))
    etas = [place.eta_s for place in line.places.values()]
    assert etas == sorted(etas)
    assert line.end_eta_s >= max(etas, default=0.0)
