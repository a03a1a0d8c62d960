"""The choice of a replica: at home where that is fair, elsewhere where it is not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from generation.cluster.sticky import SLACK, Seat, choose


def seat(name: str, running: int, *adapters: str, room: int = 4) -> Seat:
    return Seat(name, room, running, adapters)


def test_a_job_goes_to_the_replica_that_has_its_adapter_though_another_is_emptier() -> None:
    assert choose([seat("a", 1, "x"), seat("b", 0)], "x") == "a"


def test_a_much_fuller_home_is_left_so_that_a_hot_adapter_gets_a_second_one() -> None:
    assert choose([seat("a", 2, "x"), seat("b", 0)], "x") == "b"


def test_a_job_does_not_wait_for_a_full_home_while_there_is_room_elsewhere() -> None:
    assert choose([seat("a", 4, "x"), seat("b", 3)], "x") == "b"


def test_a_job_without_an_adapter_goes_to_the_emptiest() -> None:
    assert choose([seat("a", 2), seat("b", 1, "x"), seat("c", 3)], None) == "b"


def test_new_adapters_spread_over_equally_busy_replicas() -> None:
    assert choose([seat("a", 1, "x", "y"), seat("b", 1, "z")], "new") == "b"


def test_busy_is_measured_by_a_replicas_own_room() -> None:
    assert choose([seat("small", 1, room=2), seat("large", 8, room=32)], None) == "large"


def test_a_job_of_several_samples_goes_where_all_of_them_have_room() -> None:
    assert choose([seat("a", 2, "x"), seat("b", 1)], "x", 3) == "b"
    assert choose([seat("a", 2, "x"), seat("b", 2)], "x", 3) is None


def test_no_room_anywhere_is_nobody() -> None:
    assert choose([seat("a", 4, "x"), seat("b", 4)], "x") is None
    assert choose([], "x") is None


seats = st.lists(
    st.builds(
        lambda number, room, share, adapters: Seat(str(number), room, share * room // 100, adapters),
        st.integers(0, 99), st.integers(1, 32), st.integers(0, 100), st.frozensets(st.sampled_from("xyz")),
    ),
    max_size=8, unique_by=lambda seat: seat.name,
)  # fmt: skip


@given(seats, st.sampled_from(["x", "y", "z", None]))
def test_whoever_is_chosen_has_room_and_is_not_much_busier_than_the_emptiest(
    seats: list[Seat], adapter: str | None
) -> None:
    named = {seat.name: seat for seat in seats}
    free = [seat for seat in seats if seat.running < seat.room]
    chosen = choose(seats, adapter)
    assert (chosen is None) == (not free)
    if chosen is not None:
        assert named[chosen] in free
        assert named[chosen].load - min(seat.load for seat in free) < SLACK
