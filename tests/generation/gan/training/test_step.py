"""Who shares a caption in a step."""

from __future__ import annotations

import pytest
import torch

from generation.gan.training.step import captioned, of_another


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


def test_a_wrong_caption_is_that_of_another_of_the_same_kind_where_there_is_one() -> None:
    kinds = torch.tensor([True, False, True, False, False])
    assert of_another(kinds).tolist() == [2, 4, 0, 1, 3]
    assert of_another(torch.tensor([False, True, False])).tolist() == [2, 0, 0]
