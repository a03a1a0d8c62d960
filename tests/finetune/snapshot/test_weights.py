"""How much an example weighs, checked by hand."""

from __future__ import annotations

import pytest

from finetune.snapshot import weights
from tests.finetune.snapshot.made import an_example


def flagged(n: int) -> list[object]:
    return [an_example(100 + one, liked=0.0, confidence=1.0, flagged=True) for one in range(n)]


def test_a_flag_weighs_three_times_what_the_surest_dislike_does() -> None:
    plain = [an_example(n, confidence=1.0) for n in range(20)]
    assert weights([*plain, *flagged(1)]) == (1.0,) * 20 + (3.0,)  # type: ignore[list-item]


def test_flags_come_to_a_quarter_of_everything_at_most() -> None:
    plain = [an_example(n, confidence=0.5) for n in range(12)]  # 6 in all, so flags 2 in all
    found = weights([*plain, *flagged(4)])  # type: ignore[list-item]
    assert found[12:] == pytest.approx((0.5,) * 4)
    assert sum(found[12:]) / sum(found) == pytest.approx(0.25)


def test_nothing_but_flags_weighs_what_flags_weigh() -> None:
    assert weights(flagged(2)) == (3.0, 3.0)  # type: ignore[arg-type]
    assert weights([]) == ()
