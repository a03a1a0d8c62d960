"""Themes are held out whole, and what is told apart is counted by hand."""

from __future__ import annotations

from collections import Counter

import pytest
import torch

from finetune.folds import auc, folds


def test_no_theme_is_in_two_folds_and_folds_are_of_a_size() -> None:
    groups = [f"g{n % 13}" for n in range(130)] + ["large"] * 20
    found = folds(groups, 5, seed=1).tolist()
    for group in set(groups):
        assert len({fold for fold, one in zip(found, groups, strict=True) if one == group}) == 1
    assert set(Counter(found).values()) == {30}
    assert folds(groups, 5, seed=1).tolist() == found
    assert folds(groups, 5, seed=2).tolist() != found


def test_the_area_under_the_curve_is_the_share_of_pairs_in_order() -> None:
    scores = torch.tensor([0.1, 0.4, 0.4, 0.9])
    liked = torch.tensor([False, True, False, True])
    # pairs (liked, not): 0.4 over 0.1, 0.4 and 0.4 even, 0.9 over both
    assert auc(scores, liked, torch.ones(4)) == pytest.approx(3.5 / 4)
    # the weights 1, 2, 3, 4 in turn: (2*1 + 2*3/2 + 4*1 + 4*3) / (2*1 + 2*3 + 4*1 + 4*3)
    assert auc(scores, liked, torch.tensor([1.0, 2.0, 3.0, 4.0])) == pytest.approx(21 / 24)
    assert auc(-scores, liked, torch.ones(4)) == pytest.approx(0.5 / 4)


def test_where_there_is_nothing_to_tell_apart_it_is_chance() -> None:
    assert auc(torch.randn(3), torch.tensor([True, True, True]), torch.ones(3)) == 0.5
    assert auc(torch.zeros(2), torch.tensor([True, False]), torch.ones(2)) == 0.5
