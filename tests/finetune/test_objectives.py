"""Losses as they come out by hand, with a pocket calculator's sigmoid."""

from __future__ import annotations

import math

import pytest
import torch

from finetune.objectives import anchor, dpo, drift, kto, kto_weights


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_dpo_is_the_surprise_at_the_right_order_by_hand() -> None:
    # log-ratios: -10 - -12 = 2 and -20 - -19 = -1, so a margin of 0.1 * 3; then 0
    chosen, rejected = torch.tensor([-10.0, -5.0]), torch.tensor([-20.0, -5.0])
    before = torch.tensor([-12.0, -5.0]), torch.tensor([-19.0, -5.0])
    found = dpo(chosen, rejected, *before, beta=0.1, smoothing=0.0)
    assert found.tolist() == pytest.approx([-math.log(sigmoid(0.3)), math.log(2)])


def test_smoothing_takes_a_share_of_the_labels_for_wrong() -> None:
    one = [torch.tensor([x]) for x in (-10.0, -20.0, -12.0, -19.0)]
    found = dpo(*one, beta=0.1, smoothing=0.1).item()
    assert found == pytest.approx(-0.9 * math.log(sigmoid(0.3)) - 0.1 * math.log(sigmoid(-0.3)))


def test_dpos_gradient_is_that_of_the_papers_equation() -> None:
    chosen = torch.tensor([-10.0], requires_grad=True)
    rejected = torch.tensor([-20.0], requires_grad=True)
    dpo(
        chosen, rejected, torch.tensor([-12.0]), torch.tensor([-19.0]), beta=0.1, smoothing=0.0
    ).sum().backward()
    assert chosen.grad.item() == pytest.approx(-0.1 * sigmoid(-0.3), rel=1e-5)
    assert rejected.grad.item() == pytest.approx(0.1 * sigmoid(-0.3), rel=1e-5)


def test_the_anchor_is_the_mean_over_tokens_not_over_pieces() -> None:
    answers, tokens = torch.tensor([-12.0, -30.0]), torch.tensor([4.0, 20.0])
    assert anchor(answers, tokens, torch.ones(2)).item() == pytest.approx(42 / 24)
    assert anchor(answers, tokens, torch.tensor([1.0, 0.5])).item() == pytest.approx((12 + 15) / (4 + 10))


def test_kto_pulls_up_what_is_liked_and_down_what_is_not_by_hand() -> None:
    answers, before = torch.tensor([-10.0, -10.0]), torch.tensor([-13.0, -13.0])
    found = kto(answers, before, torch.tensor([True, False]), torch.tensor(1.0), beta=0.1)
    assert found.tolist() == pytest.approx([1 - sigmoid(0.2), 1 - sigmoid(-0.2)])


def test_the_drift_is_a_mean_that_is_never_below_nought() -> None:
    there = torch.tensor([-9.0, -7.0], requires_grad=True)
    assert drift(there, torch.tensor([-10.0, -9.0])).item() == pytest.approx(1.5)
    assert drift(there, torch.tensor([0.0, 0.0])).item() == 0
    assert not drift(there, torch.tensor([-10.0, -9.0])).requires_grad


def test_both_sides_of_kto_weigh_alike_and_each_by_its_confidence() -> None:
    weights = kto_weights([True, True, False], [0.9, 0.3, 0.4], [False] * 3)
    assert weights[0] == pytest.approx(3 * weights[1])
    assert weights[0] + weights[1] == pytest.approx(weights[2])
    assert sum(weights) == pytest.approx(3)


def test_what_is_flagged_weighs_thrice_but_never_more_than_a_quarter_of_everything() -> None:
    few = kto_weights([True] * 40 + [False] * 40 + [False], [1.0] * 81, [False] * 80 + [True])
    assert few[-1] == pytest.approx(3 * few[0])
    many = kto_weights([True] * 5 + [False] * 9, [1.0] * 14, [False] * 10 + [True] * 4)
    assert sum(many[-4:]) / sum(many) == pytest.approx(0.25)
    assert sum(many[:5]) == pytest.approx(sum(many[5:]))
    alone = kto_weights([True] * 5 + [False] * 4, [1.0] * 9, [False] * 5 + [True] * 4)
    assert sum(alone[-4:]) / sum(alone) == pytest.approx(0.25)
