"""The referee's arithmetic against numbers derived by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bench.picture.figures import frechet, nearest, r_hits, spread_ratio


def test_two_gaussians_are_as_far_apart_as_the_closed_form_has_it() -> None:
    """Diagonal ones: (3, 4) apart is 25; deviations of 2 and 3 against 1 and 1 are (2 - 1)² + (3 - 1)² = 5 more."""
    found = frechet(np.array([3.0, 4.0]), np.diag([4.0, 9.0]), np.zeros(2), np.eye(2))
    assert found == pytest.approx(30.0)


def test_a_gaussian_is_nowhere_from_itself_and_turning_it_changes_its_distance() -> None:
    cov = np.array([[2.0, 1.0], [1.0, 2.0]])  # eigenvalues 3 and 1
    turned = np.array([[2.0, -1.0], [-1.0, 2.0]])
    assert frechet(np.ones(2), cov, np.ones(2), cov) == pytest.approx(0.0, abs=1e-9)
    # They share their axes, with 3 and 1 swapped: 2 (√3 - 1)².
    assert frechet(np.ones(2), cov, np.ones(2), turned) == pytest.approx(2 * (3**0.5 - 1) ** 2)


def test_a_picture_hits_when_no_other_things_caption_fits_it_better() -> None:
    match = np.array(
        [
            [0.9, 0.1, 0.2],  # its own is best
            [0.8, 0.7, 0.1],  # the first one's fits better
            [0.1, 0.2, 0.2],  # a tie is no hit
        ]
    )
    assert r_hits(match, ["a", "b", "c"]).tolist() == [True, False, False]


def test_pictures_of_one_concept_are_never_each_others_wrong_answers() -> None:
    match = np.array([[0.5, 0.9, 0.1], [0.9, 0.5, 0.1], [0.1, 0.1, 0.5]])
    assert r_hits(match, ["fox", "fox", "owl"]).tolist() == [True, True, True]
    assert r_hits(match, ["fox", "dog", "owl"]).tolist() == [False, False, True]


def test_a_picture_stands_against_ninety_nine_others_and_no_more() -> None:
    """With one caption of 400 that beats it, a picture fails about one time in four, the same ones every time."""
    match = np.eye(400) * 0.5
    match[:, 7] = 0.9
    hits = r_hits(match, [str(n) for n in range(400)])
    assert hits[7]
    assert 0.65 < hits.mean() < 0.85
    assert (hits == r_hits(match, [str(n) for n in range(400)])).all()


def test_the_spread_over_z_is_measured_against_the_spread_over_captions() -> None:
    rows = np.array([[[0.0], [2.0]], [[10.0], [12.0]]])  # deviation 1 over seeds; means 1 and 11, deviation 5
    assert spread_ratio(rows) == pytest.approx(0.2)
    assert spread_ratio(np.array([[[0.0], [0.0]], [[10.0], [10.0]]])) == 0.0


def test_the_nearest_is_told_by_the_root_of_the_mean_square() -> None:
    small = np.array([[0.0, 0.0], [1.0, 1.0]], np.float32)
    others = np.array([[0.6, 0.8], [1.0, 1.0]], np.float32)
    assert nearest(small, others).tolist() == pytest.approx([0.5**0.5, 0.0])
