"""The rule that says which colour a picture has."""

from __future__ import annotations

import numpy as np
import pytest

from bench.picture.colours import COLOURS, asked, dominant, heard
from bench.picture.painted import painted
from tests.bench.picture.twin import RGB, Twin


def disc(rgb: tuple[int, int, int]) -> np.ndarray:
    picture = np.zeros((16, 16, 4), np.uint8)
    picture[4:12, 4:12] = (*rgb, 255)
    return picture


@pytest.mark.parametrize(("rgb", "word"), zip(RGB, COLOURS, strict=True))
def test_plain_colours_have_their_names(rgb: tuple[int, int, int], word: str) -> None:
    assert dominant(disc(rgb)) == word


def test_red_lies_on_both_ends_of_the_circle_and_a_pale_red_is_a_pink() -> None:
    assert dominant(disc((220, 20, 40))) == dominant(disc((220, 40, 20))) == "red"
    assert dominant(disc((255, 170, 180))) == "pink"


def test_what_has_no_colour_has_no_name() -> None:
    for rgb in ((0, 0, 0), (255, 255, 255), (128, 128, 128), (10, 0, 0)):
        assert dominant(disc(rgb)) is None


def test_a_network_that_hears_colours_hears_all_and_one_that_paints_red_hears_a_seventh() -> None:
    wanted = asked()
    assert len(wanted) == 140
    made = painted(Twin(), [one.caption for one in wanted], [one.seed for one in wanted])
    assert heard(wanted, made)["all"] == 1.0
    red = np.stack([disc(RGB[0])] * 140)
    assert heard(wanted, red) == {"all": round(1 / 7, 3), **{word: float(word == "red") for word in COLOURS}}
