"""The plane: noise of known mean and deviation, look-ups, ramps, and colours there and back."""

from __future__ import annotations

import numpy as np
import pytest

from generation.gan.training.oklch import oklab, srgb
from generation.gan.training.painter.palette import Palette, distance
from generation.gan.training.painter.plane import Plane, blend, planes, smooth, to_image, to_picture


def test_noise_has_mean_nothing_and_deviation_one() -> None:
    field = Plane(128).noise(np.random.default_rng(0), 4, 4)
    assert field.shape == (128, 128)
    assert field.dtype == np.float32
    assert abs(float(field.mean())) < 1e-3
    assert float(field.std()) == pytest.approx(1, abs=1e-3)


def test_noise_of_one_seed_is_one_field_at_two_sides() -> None:
    small, large = (Plane(side).noise(np.random.default_rng(3), 3, 3) for side in (64, 128))
    assert np.abs(large.reshape(64, 2, 64, 2).mean((1, 3)) - small).max() < 0.05


def test_noise_finer_than_the_pixels_loses_its_share_of_the_deviation() -> None:
    """Octaves of 64 and 128 cells with gain 1: at 64 px the second is left out, and half of the power with it."""
    field = Plane(64).noise(np.random.default_rng(0), 64, 2, 1.0)
    assert float(field.std()) == pytest.approx(0.5**0.5, abs=1e-3)


def test_streaky_noise_changes_less_along_the_streaks() -> None:
    field = Plane(128).noise(np.random.default_rng(0), 16, 2, stretch=(0.5, 4))
    assert np.abs(np.diff(field, axis=1)).mean() < 0.3 * np.abs(np.diff(field, axis=0)).mean()


def test_what_is_moved_is_fetched_from_where_it_lay() -> None:
    plane = Plane(64)
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 4), dtype=np.uint8)
    moved = plane.moved(pixels, np.float32(0), np.full((64, 64), 3 / 64, np.float32))
    assert np.array_equal(moved[:, :61], pixels[:, 3:])
    assert np.array_equal(moved[:, 61:], np.repeat(pixels[:, 63:], 3, 1))


def test_a_ramp_goes_from_its_first_colour_to_its_last() -> None:
    pixels = Plane(64).ramp(
        ((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (1.0, 1.0, 1.0)), np.linspace(0, 1, 64, dtype=np.float32)[None]
    )
    assert tuple(pixels[0, 0]) == (0, 0, 0, 255)
    assert tuple(pixels[0, -1]) == (255, 255, 255, 255)
    assert tuple(pixels[5, 32][:2]) == (255, 0) or pixels[5, 32][1] < 12


def test_points_are_looked_up_and_those_outside_get_the_edge() -> None:
    field = np.arange(16, dtype=np.float32).reshape(4, 4)
    assert Plane(4).at(field, np.array([[0.1, 0.1], [0.99, 0.1], [-3.0, 9.0]])).tolist() == [0, 3, 12]


def test_blending_by_nothing_and_by_all() -> None:
    image, half = np.zeros((3, 2, 2), np.float32), np.array([[0, 1], [1, 0]], np.float32)
    blend(image, planes((0.2, 0.4, 0.6)), half)
    assert image[:, 0, 0].tolist() == [0, 0, 0]
    assert image[:, 0, 1].tolist() == pytest.approx([0.2, 0.4, 0.6])


def test_smooth_is_nothing_below_and_all_above() -> None:
    assert smooth(np.array([-2, 0, 0.5, 1, 7], np.float32)).tolist() == [0, 0, 0.5, 1, 1]


def test_pixels_come_back_from_an_image_as_they_were() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    assert np.array_equal(to_picture(to_image(pixels)), pixels)


def test_oklch_to_srgb_and_back() -> None:
    colour = srgb(0.6, 0.1, 30)
    lightness, a, b = oklab(np.array(colour) * 255)
    assert lightness == pytest.approx(0.6, abs=1e-4)
    assert np.hypot(a, b) == pytest.approx(0.1, abs=1e-4)
    assert np.degrees(np.arctan2(b, a)) == pytest.approx(30, abs=0.1)


def test_a_colour_that_srgb_lacks_loses_chroma_but_not_lightness() -> None:
    colour = srgb(0.6, 0.4, 200)
    assert all(0 <= value <= 1 for value in colour)
    assert oklab(np.array(colour) * 255)[0] == pytest.approx(0.6, abs=0.01)


def test_a_colour_picked_away_from_others_is_the_farthest_when_none_is_far() -> None:
    palette = Palette("ink", dark=False, ground=(1, 1, 1), colours=((0.1, 0.1, 0.1), (0.15, 0.15, 0.15)))
    rng = np.random.default_rng(0)
    assert all(palette.pick(rng, away=((0.1, 0.1, 0.1),)) == (0.15, 0.15, 0.15) for _ in range(20))
    assert distance((0, 0, 0), (1, 1, 1)) == pytest.approx(3**0.5)
