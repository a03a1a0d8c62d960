"""The referee is the one that was brought in: its numbers for the same pictures, computed by it before it was restyled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.picture.features import Features
from bench.picture.real import RealPictures
from bench.picture.referee import REAL, Referee, Score, off
from bench.picture.samples import samples
from generation.gan.text_encoder import Sentences


def test_figures_are_off_by_the_one_that_is_off_the_most() -> None:
    assert off(REAL) == 0.0
    assert off(
        {**REAL, "r_seen": REAL["r_seen"] * 1.005, "fd_stickers": REAL["fd_stickers"] * 0.98}
    ) == pytest.approx(0.02)


def test_a_score_is_told_apart_by_any_key_of_its_samples() -> None:
    score = Score(hits={"seen": np.array([True, False, True, True])})
    assert score.by("seen", ["flat", "pixel", "flat", "pixel"]) == {
        "flat": {"n": 2, "r": 1.0},
        "pixel": {"n": 2, "r": 0.5},
    }
    with pytest.raises(ValueError, match="longer"):
        score.by("seen", ["flat"])


@pytest.mark.slow
def test_real_pictures_get_the_numbers_that_the_referee_gave_before() -> None:
    real, referee = RealPictures(), Referee.load(Sentences.load())
    wanted = samples(["seen", "paintings"], 100)
    pictures = real.views(sample.id for sample in wanted)
    vectors = referee.read([sample.caption for sample in wanted])
    assert referee.score(wanted, pictures, vectors, real.shown).figures == pytest.approx(
        {"fd_stickers": 510.9, "fd_paintings": 487.4, "r_seen": 0.95, "r_paintings": 0.71}, rel=1e-3
    )
    fives = [replace(one, set="spread", caption=str(at // 5)) for at, one in enumerate(wanted[:20])]
    spread = referee.score(fives, pictures[:20], vectors[:20], real.shown)
    assert spread.figures == pytest.approx({"z_spread_ratio": 2.001}, rel=1e-3)


@pytest.mark.slow
def test_a_row_of_features_has_every_stage_and_does_not_depend_on_what_is_beside_it() -> None:
    look, real = Features.load(), RealPictures()
    pictures = real.views(sample.id for sample in samples(["seen"], 3))
    rows = look(pictures)
    assert rows.shape == (3, 1776)
    assert rows[0, :4].tolist() == pytest.approx([8.10365, 5.95961, -4.75837, 4.61705], abs=1e-3)
    assert look(pictures[1:2]) == pytest.approx(rows[1:2], abs=1e-3)
