"""Who shares a caption in a step."""

from __future__ import annotations

import pytest

from generation.gan.training.step import captioned


@pytest.mark.parametrize(
    ("n", "wanted"),
    [
        (2, [0, 1]),
        (4, [0, 1, 2, 2]),
        (5, [0, 1, 2, 3, 3]),
        (8, [0, 1, 2, 3, 4, 5, 4, 5]),
    ],
)
def test_the_last_quarter_has_the_captions_of_the_one_before(n: int, wanted: list[int]) -> None:
    assert captioned(n).tolist() == wanted
