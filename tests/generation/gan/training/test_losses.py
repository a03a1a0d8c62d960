"""Losses against numbers worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from generation.gan.training import losses


def test_hinge_asks_for_more_than_one_and_less_than_minus_one() -> None:
    scores = [torch.tensor([[2.0, 0.0]]), torch.tensor([[-3.0, 1.0]])]
    # real: (0 + 1) / 2 and (4 + 0) / 2; made: (3 + 1) / 2 and (0 + 2) / 2; each pair then meaned
    assert float(losses.hinge_real(scores)) == pytest.approx(1.25)
    assert float(losses.hinge_made(scores)) == pytest.approx(1.5)
    assert float(losses.convincing(scores)) == pytest.approx(-(1.0 - 1.0) / 2)


def test_matching_pairs_at_right_angles_cost_the_softmax_of_two() -> None:
    unit, nobody = torch.eye(2), (torch.zeros(0, 2), torch.zeros(2, 0, dtype=torch.bool))
    # each row: logits (s, 0), own first: log(1 + e^-s)
    assert float(losses.match(unit, unit, torch.tensor(3.0), *nobody)) == pytest.approx(
        math.log1p(math.exp(-3)), abs=1e-6
    )
    assert float(losses.match(unit, unit.flip(0), torch.tensor(3.0), *nobody)) == pytest.approx(
        3 + math.log1p(math.exp(-3)), abs=1e-5
    )


def test_a_picture_is_told_from_foils_too_but_from_none_that_may_be_of_its_thing() -> None:
    unit, scale = torch.eye(2), torch.tensor(3.0)
    foils = torch.tensor([[1.0, 0.0], [-1.0, 0.0]])
    apart = torch.tensor([[False, True], [True, True]])
    # of pictures: logits (s, 0) and a foil at -s, then (s, 0) and two foils at 0; of captions as without foils
    first, second = math.log(1 + math.exp(-3) + math.exp(-6)), math.log(1 + 3 * math.exp(-3))
    expected = ((first + second) / 2 + math.log1p(math.exp(-3))) / 2
    assert float(losses.match(unit, unit, scale, foils, apart)) == pytest.approx(expected, abs=1e-6)


def test_divergence_from_the_standard_normal() -> None:
    mean, log_variance = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, math.log(4.0)]])
    # 0.5 (1 + 1 - 1 - 0) + 0.5 (0 + 4 - 1 - ln 4)
    expected = 0.5 + 0.5 * (3 - math.log(4))
    assert float(losses.divergence(mean, log_variance)) == pytest.approx(expected)
    assert float(losses.capacity(torch.tensor([3.0, 7.0]), 16.0)) == pytest.approx(11.0)


def test_distances_of_features_and_of_colours() -> None:
    assert (
        float(losses.likeness([torch.zeros(1, 2), torch.ones(1, 4)], [torch.ones(1, 2), torch.ones(1, 4)]))
        == 0.5
    )
    made, real = torch.zeros(1, 3, 4, 4), torch.zeros(1, 3, 4, 4)
    made[..., 0, 0] = 1.6  # as it is: 1.6 / 16; at a quarter: the mean of its box, 0.1
    assert float(losses.colour_likeness(made, real)) == pytest.approx((0.1 + 0.1) / 2)


def test_alphas_are_compared_where_they_count() -> None:
    made, real = torch.zeros(2, 1, 2, 2), torch.ones(2, 1, 2, 2)
    made[0] = 0.75
    assert float(losses.unlike_alpha(made, real, torch.tensor([True, False]))) == pytest.approx(0.25 / 2)


def test_only_what_leaves_the_range_costs() -> None:
    assert float(losses.out_of_range(torch.tensor([-1.0, 0.3, 1.0]))) == 0
    assert float(losses.out_of_range(torch.tensor([-1.5, 3.0]))) == pytest.approx((0.25 + 4.0) / 2)


def test_pairs_that_differ_less_than_captions_cost_what_they_lack() -> None:
    these = torch.tensor([[0.0, 0.0], [4.0, 0.0]])
    alike, apart = (
        these + torch.tensor([[1.0, 1.0], [1.0, 1.0]]),
        these + torch.tensor([[9.0, 9.0], [9.0, 9.0]]),
    )
    # two captions: (0, 0) and (5, 1) are sqrt(26 / 2) apart, (4, 0) and (1, 1) sqrt(10 / 2); two latents: 1
    between = (math.sqrt(13) + math.sqrt(5)) / 2
    assert float(losses.sameness(these, alike, 0.5)) == pytest.approx(1 - 1 / (0.5 * between), abs=1e-5)
    assert float(losses.sameness(these, apart, 0.5)) == 0
    same = these.clone().requires_grad_()
    losses.sameness(same, these, 0.5).backward()  # the very same picture has a gradient, and no NaN
    assert same.grad is not None
    assert bool(same.grad.isfinite().all())


def test_fewer_than_two_pairs_cost_nothing() -> None:
    assert float(losses.sameness(torch.zeros(0, 3), torch.zeros(0, 3), 0.5)) == 0
    assert float(losses.sameness(torch.zeros(1, 3), torch.zeros(1, 3), 0.5)) == 0
