"""Rates and arms, by hand."""

from __future__ import annotations

import pytest

from bench.taste.arms import base, drafts, picked
from bench.taste.likes import gain, rate
from bench.taste.samples import EACH, OF, Sample, wanted


def test_a_rate_is_the_mean_over_prompts_and_lies_within_its_bounds() -> None:
    found = rate([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0], [0.5, 0.5]])
    assert found.mean == 0.5
    assert 0.0 <= found.low < 0.5 < found.high <= 1.0
    assert rate([[0.3, 0.5]] * 30).low == pytest.approx(0.4)


def test_a_gain_is_compared_prompt_by_prompt() -> None:
    before = [[n / 30] * 6 for n in range(20)]
    after = [[one + 0.1 for one in some] for some in before]
    found = gain(after, before)
    assert (found.mean, found.low, found.high) == (pytest.approx(0.1),) * 3


def test_forty_of_a_hundred_and_eighty_who_came_to_like_it_are_twenty_points() -> None:
    liked, was = [[0.95] * 6] * 30, [[0.95] * 4 + [0.05] * 2] * 10 + [[0.95] * 5 + [0.05]] * 20
    assert gain(liked, was).mean * 100 >= 20.0


def test_each_answer_is_the_best_of_its_own_drafts_and_the_first_without_a_head() -> None:
    samples = [Sample(theme, seed, f"{theme} {seed % 7}") for theme, seed in wanted("coming")]
    of = drafts(samples)
    assert len(of) == 30
    assert all(len(theme) == EACH and all(len(answer) == OF for answer in theme) for theme in of)
    assert len({one.id for theme in of for answer in theme for one in answer}) == 720
    best = picked(of, lambda texts: [float(text[-1]) for text in texts])
    for theme, first, chosen in zip(of, base(of), best, strict=True):
        for answer, one, other in zip(theme, first, chosen, strict=True):
            assert one == answer[0].text
            assert other == max((draft.text for draft in answer), key=lambda text: text[-1])


def test_no_seed_is_in_both_sets() -> None:
    assert not {seed for _, seed in wanted("history")} & {seed for _, seed in wanted("coming")}
    assert (len(wanted("history")), len(wanted("coming"))) == (300, 720)
