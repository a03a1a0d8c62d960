"""Ridge logistic regression is what its formula says, in the space of the examples as in that of the numbers."""

from __future__ import annotations

import torch

from finetune.ridge import logistic, preferred, space


def problem(examples: int = 40, numbers: int = 90) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(examples, numbers, generator=generator) * 3 + 1
    target = torch.rand(examples, generator=generator, dtype=torch.float64)
    return x, target, torch.rand(examples, generator=generator, dtype=torch.float64) + 0.1


def test_at_the_minimum_the_slope_is_nought() -> None:
    x, target, weights = problem()
    z = space([x]).coordinates
    found, bias = logistic(z, target, weights, 0.7)
    left = weights * (torch.sigmoid(z @ found + bias) - target)
    assert torch.allclose(z.T @ left + 0.7 * found, torch.zeros_like(found), atol=1e-5)
    assert abs(float(left.sum())) < 1e-5


def test_coordinates_keep_the_distances_of_the_standardised_numbers() -> None:
    x, _, _ = problem()
    z = space([x[:, :30], x[:, 30:]]).coordinates
    standard = ((x - x.mean(0)) / x.std(0, correction=0)).double()
    blocks = torch.cat([standard[:, :30] / 30**0.5, standard[:, 30:] / 60**0.5], 1)
    assert torch.allclose(z @ z.T, blocks @ blocks.T, atol=1e-6)
    assert torch.allclose(
        (z**2).sum(1).mean(), torch.tensor(2.0).double()
    )  # a mean square of one for each block


def test_weights_on_the_raw_numbers_score_as_those_on_the_coordinates_do() -> None:
    x, target, weights = problem()
    of = space([x])
    found, bias = logistic(of.coordinates, target, weights, 1.0)
    raw, raw_bias = of.back(found, bias)
    assert torch.allclose(x.double() @ raw + raw_bias, of.coordinates @ found + bias, atol=1e-6)


def test_a_number_that_is_always_the_same_weighs_nothing() -> None:
    x, target, weights = problem()
    x[:, 5] = 7.0
    of = space([x])
    raw, _ = of.back(*logistic(of.coordinates, target, weights, 1.0))
    assert raw[5] == 0
    assert bool(raw.isfinite().all())


def test_one_text_said_forty_times_leaves_a_bias_alone() -> None:
    of = space([torch.ones(40, 8)])
    target = torch.full((40,), 0.25, dtype=torch.float64)
    raw, bias = of.back(*logistic(of.coordinates, target, torch.ones(40, dtype=torch.float64), 1.0))
    assert not bool(raw.any())
    assert abs(torch.sigmoid(torch.tensor(bias)).item() - 0.25) < 1e-6


def test_a_wide_gap_does_not_run_away() -> None:
    x = torch.tensor([[-1e4], [1e4]])
    of = space([x])
    found, bias = logistic(of.coordinates, torch.tensor([0.0, 1.0]).double(), torch.ones(2).double(), 1e-3)
    assert bool(found.isfinite().all())
    assert abs(bias) < 1e-6


def test_more_examples_than_numbers_have_the_same_coordinates_but_for_their_order() -> None:
    x, _, _ = problem(90, 40)
    of = space([x])
    standard = ((x - x.mean(0)) / x.std(0, correction=0)).double() / 40**0.5
    assert of.coordinates.shape == (90, 40)
    assert torch.allclose(of.coordinates @ of.coordinates.T, standard @ standard.T, atol=1e-6)
    assert space([x], 7).coordinates.shape == (90, 7)


def test_what_is_preferred_has_its_slope_at_nought_and_no_side() -> None:
    x, _, weights = problem()
    z = space([x]).coordinates
    won, lost = torch.arange(0, 40, 2), torch.arange(1, 40, 2)
    found = preferred(z, won, lost, weights[:20], 0.5)
    apart = z[won] - z[lost]
    slope = -(weights[:20] * torch.sigmoid(-(apart @ found))) @ apart + 0.5 * found
    assert torch.allclose(slope, torch.zeros_like(found), atol=1e-5)
    assert torch.allclose(preferred(z, lost, won, weights[:20], 0.5), -found, atol=1e-6)
