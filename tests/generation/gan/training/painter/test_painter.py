"""Paintings by rule: a seed is a painting, every family paints, and what captions say is so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

pytest.importorskip("skia", reason="the painter is for training, which needs skia")

from generation.gan.training.painter import FAMILY_NAMES, PALETTE_NAMES, captions, fresh, paint
from generation.gan.training.painter.colour_words import WORDS, nearest
from generation.gan.training.painter.families import ODDS
from generation.gan.training.painter.media import WORDS as MEDIA
from generation.gan.training.painter.palette import Palette
from generation.gan.training.painter.plane import plane_of

if TYPE_CHECKING:
    from generation.gan.training.painter import Painting

# families that are drawn by a rule with another name first
BY_RULE = {
    "colour_fields": {"colour field"}, "rings": {"concentric circles"}, "burst": {"burst", "spiral"},
    "mosaic": {"mosaic", "stained glass"}, "marbling": {"marbled"}, "paper_cut": {"paper cut"},
    "drips": {"drip painting"}, "flow": {"flowing lines"}, "brushwork": {"brush strokes"},
    "flowers": {"abstract flowers"}, "cutouts": {"cut-outs"}, "hills": {"abstract landscape"},
    "city": {"abstract city"}, "ink_wash": {"ink wash"}, "night_sky": {"night sky"},
}  # fmt: skip


@pytest.fixture(scope="module")
def paintings() -> list[Painting]:
    return [paint(seed, 64) for seed in range(100)]


@pytest.mark.parametrize("side", [64, 128])
def test_a_seed_is_one_painting(side: int) -> None:
    for seed in (0, 7, 2**31 - 1):
        one, again = paint(seed, side), paint(seed, side)
        assert one.rgb.shape == (side, side, 3)
        assert one.rgb.dtype == np.uint8
        assert np.array_equal(one.rgb, again.rgb)
        assert captions(one) == captions(again)


def test_seeds_that_follow_each_other_are_different_paintings() -> None:
    assert not np.array_equal(paint(11, 64).rgb, paint(12, 64).rgb)


def test_a_painting_is_the_same_at_both_sides_but_for_its_grain(paintings: list[Painting]) -> None:
    for small in paintings[:24]:
        large = paint(small.seed, 128)
        assert (large.subject, large.palette, large.medium) == (small.subject, small.palette, small.medium)
        halved = large.rgb.reshape(64, 2, 64, 2, 3).mean((1, 3))
        assert np.abs(halved - small.rgb).mean() < 9, (small.seed, small.subject.family)


@pytest.mark.parametrize("family", ODDS, ids=lambda family: family.__name__)
def test_every_family_paints_and_is_named_for_what_it_is(family) -> None:
    allowed = BY_RULE.get(family.__name__, {family.__name__.replace("_", " ")})
    for seed in range(3):
        rng = np.random.default_rng(seed)
        work = family(rng, Palette.draw(rng), plane_of(128))
        assert work.subject.family in allowed
        assert work.subject.family in FAMILY_NAMES
        assert work.pixels.shape == (128, 128, 4)
        assert work.pixels.dtype == np.uint8
        assert (work.pixels[..., 3] == 255).all()
        assert work.pixels[..., :3].astype(float).std((0, 1)).max() > 2, "nothing is on the canvas"


def test_twenty_eight_families_in_twenty_palettes() -> None:
    assert len(set(FAMILY_NAMES)) == 28
    assert len(PALETTE_NAMES) == 20


def test_all_families_but_rare_ones_come_up_soon(paintings: list[Painting]) -> None:
    assert len({painting.subject.family for painting in paintings}) >= 22


def test_captions_name_the_family_the_palette_and_what_was_drawn(paintings: list[Painting]) -> None:
    for painting in paintings:
        words = captions(painting)
        assert 5 <= len(words.en) <= 6
        assert len(set(words.en)) == len(words.en)
        assert any(painting.subject.family in caption for caption in words.en)
        assert painting.palette.phrase in words.en[0]
        assert painting.subject.what[0] in words.en[0]
        assert any(MEDIA[painting.medium][0] in caption for caption in words.en)
        assert len(words.zh) == 3
        assert painting.palette.zh in words.zh[0]
        assert painting.subject.zh in words.zh[1]


def test_another_seed_words_the_same_painting_otherwise(paintings: list[Painting]) -> None:
    assert captions(paintings[0], 1) != captions(paintings[0], 2)


def test_colour_words_are_true_of_the_pixels(paintings: list[Painting]) -> None:
    for painting in paintings:
        shares = np.bincount(nearest(painting.rgb).reshape(-1), minlength=len(WORDS)) / 64**2
        of_words = [shares[WORDS.index(word)] for word in painting.colours]
        assert of_words[0] == shares.max()
        assert of_words == sorted(of_words, reverse=True)
        assert min(of_words) >= 0.08
        assert any(" and ".join(painting.colours[:2]) in caption for caption in captions(painting).en)


@pytest.mark.parametrize(
    ("word", "rgb"),
    [("red", (200, 30, 30)), ("blue", (30, 60, 200)), ("light blue", (150, 210, 245)), ("black", (0, 0, 0)),
     ("white", (255, 255, 255)), ("gray", (128, 128, 128)), ("green", (60, 150, 60)), ("orange", (250, 130, 20)),
     ("yellow", (255, 220, 40)), ("purple", (120, 50, 170)), ("pink", (255, 150, 190)), ("brown", (110, 70, 40)),
     ("beige", (225, 205, 170)), ("teal", (20, 140, 140))],
)  # fmt: skip
def test_a_plain_colour_has_the_word_a_person_would_use(word: str, rgb: tuple[int, int, int]) -> None:
    assert WORDS[int(nearest(np.array(rgb, np.uint8)))] == word


def test_measured_attributes_are_true_and_in_range(paintings: list[Painting]) -> None:
    for painting in paintings:
        grey = painting.rgb.astype(float).mean(-1)
        assert painting.tone == ("dark" if grey.mean() < 85 else "bright" if grey.mean() > 165 else "medium")
        warmth = painting.rgb[..., 0].astype(float).mean() - painting.rgb[..., 2].astype(float).mean()
        assert painting.temperature == ("warm" if warmth > 28 else "cool" if warmth < -14 else "balanced")
        assert painting.contrast in ("strong contrast", "soft contrast", "")
        assert painting.density in ("dense", "sparse", "")
        assert 0 <= painting.edges < 160
        assert painting.palette.name in PALETTE_NAMES
        assert painting.medium in MEDIA
        assert 1 <= len(painting.colours) <= 3
        assert 1 <= len(painting.subject.mood) <= 3
        assert 2 <= len(painting.subject.what) <= 5


def test_thick_paint_is_never_watercolour_and_ink_is_always_ink(paintings: list[Painting]) -> None:
    for painting in paintings:
        assert not (painting.subject.brush and painting.medium == "watercolour")
        assert (painting.medium == "ink") == (painting.subject.family == "ink wash")


def test_a_fresh_one_for_training_is_pixels_and_english_captions() -> None:
    rgb, words = fresh(5, 64)
    assert np.array_equal(rgb, paint(5, 64).rgb)
    assert words == captions(paint(5, 64)).en
    assert all(word.isascii() for word in words)


def test_a_side_that_no_network_has_is_refused() -> None:
    with pytest.raises(ValueError, match="64 or 128 px a side, not 100"):
        paint(0, 100)
