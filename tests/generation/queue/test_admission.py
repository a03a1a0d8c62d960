"""Who may join: caps are kept, a refusal says when, and counts come back to nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.queue import Admission, Line, Place
from generation.wire.errors import Full
from tests.generation.queue.asked import job


def test_the_narrowest_cap_that_is_reached_is_named() -> None:
    admission = Admission(per_member=1, per_tenant=2, capacity=3)
    admission.join(job("a", "x", "ada"))
    for name, tenant, member, limit in (
        ("b", "x", "ada", "member"), ("c", "x", "bo", None), ("d", "x", "cy", "tenant"),
        ("e", "y", "ada", None), ("f", "z", "di", "host"),
    ):  # fmt: skip
        if limit is None:
            admission.join(job(name, tenant, member))
        else:
            with pytest.raises(Full) as refused:
                admission.join(job(name, tenant, member))
            assert refused.value.limit == limit
    assert len(admission) == 3


def test_a_refusal_says_when_the_next_of_those_in_the_way_is_to_start() -> None:
    admission = Admission(per_member=2)
    for name in ("a", "b"):
        admission.join(job(name))
    with pytest.raises(Full) as refused:
        admission.join(job("c"))
    assert refused.value.eta_s == 1.0
    places = {"other": Place(1, 3.0), "b": Place(2, 40.0), "a": Place(3, 70.0)}
    admission.told(Line(places, Place(4, 0.0), 90.0))
    with pytest.raises(Full, match="about 40 s") as refused:
        admission.join(job("c"))
    assert refused.value.eta_s == 40.0


def test_a_member_of_two_tenants_is_two() -> None:
    admission = Admission(per_member=1)
    admission.join(job("a", "x", "ada"))
    admission.join(job("b", "y", "ada"))
    assert len(admission) == 2


who = st.sampled_from("abc")


@given(
    st.lists(st.tuples(who, who, st.booleans()), max_size=80),
    st.integers(1, 4),
    st.integers(1, 6),
    st.integers(1, 9),
)
def test_no_cap_is_ever_passed_and_nothing_is_left_over(
    asks: list[tuple[str, str, bool]], member: int, tenant: int, capacity: int
) -> None:
    admission = Admission(per_member=member, per_tenant=tenant, capacity=capacity)
    waiting = []
    for n, (of, by, joins) in enumerate(asks):
        asked = job(f"j{n}", of, by)
        same = [found for found in waiting if found.tenant == of]
        room = {
            "member": sum(found.member == by for found in same) < member,
            "tenant": len(same) < tenant,
            "host": len(waiting) < capacity,
        }
        if joins and all(room.values()):
            admission.join(asked)
            waiting.append(asked)
        elif joins:
            with pytest.raises(Full) as refused:
                admission.join(asked)
            assert not room[refused.value.limit]
        elif waiting:
            admission.leave(waiting.pop(n % len(waiting)))
        assert len(admission) == len(waiting)
    for found in waiting:
        admission.leave(found)
    assert not admission._of_tenant
    assert not admission._of_member
