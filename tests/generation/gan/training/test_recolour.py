"""Pictures of one colour in another."""

from __future__ import annotations

import numpy as np
import pytest

from generation.gan.training import recolour


def _disc(*rgb: int) -> np.ndarray:
    y, x = np.mgrid[:32, :32]
    picture = np.full((32, 32, 4), 255, np.uint8)
    picture[..., 3] = 255 * ((y - 16) ** 2 + (x - 16) ** 2 < 150)
    picture[..., :3] = rgb
    return picture


def test_oklab_is_right_for_known_colours_and_comes_back() -> None:
    # Ottosson 2020: white is (1, 0, 0); sRGB red is (0.628, 0.225, 0.126)
    known = recolour.oklab(np.array([[255, 255, 255], [255, 0, 0]], np.uint8))
    assert known == pytest.approx(np.array([[1, 0, 0], [0.628, 0.225, 0.126]]), abs=2e-3)
    rgb = np.random.default_rng(1).integers(0, 256, (50, 3)).astype(np.uint8)
    assert np.abs(recolour.srgb(recolour.oklab(rgb)).astype(int) - rgb).max() <= 1


@pytest.mark.parametrize(("name", "channel"), [("red", 0), ("green", 1), ("blue", 2)])
def test_a_yellow_disc_becomes_what_is_asked(name: str, channel: int) -> None:
    yellow = _disc(240, 200, 40)
    main = recolour.main_hue(yellow)
    assert main is not None
    assert main[0] == pytest.approx(90, abs=15)
    turned = recolour.recoloured(yellow, *main, name)
    assert int(turned[16, 16, :3].argmax()) == channel
    assert (turned[..., 3] == yellow[..., 3]).all()


def test_grey_and_motley_have_no_main_hue() -> None:
    assert recolour.main_hue(_disc(120, 120, 120)) is None
    motley = _disc(220, 30, 30)
    motley[:, 13:19, :3] = (30, 200, 60)
    motley[:, 19:, :3] = (40, 60, 220)
    assert recolour.main_hue(motley) is None


def test_other_colours_are_far_from_the_one_it_has() -> None:
    assert "red" not in recolour.others(20.0)
    assert {"green", "blue", "purple"} <= set(recolour.others(20.0))


def test_the_colour_that_a_thing_had_is_not_told_of_it_any_more() -> None:
    assert recolour.uncoloured("blue red apple", keep="blue") == "blue apple"
    assert recolour.uncoloured("green Orange book", keep="green") == "green book"
