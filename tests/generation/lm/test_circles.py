"""Circles: a model that goes round is stopped, a poet who repeats is not."""

from __future__ import annotations

import pytest

from generation.lm.circles import before_the_refrain, in_a_circle


def test_the_same_tokens_again_and_again_are_a_circle_and_its_first_round_stays() -> None:
    ids = [7, 8, 9, *[1, 2, 3, 4] * 4]
    assert in_a_circle(ids) == 12
    assert ids[:-12] == [7, 8, 9, 1, 2, 3, 4]
    assert in_a_circle(ids[:-1]) == 0


def test_one_token_needs_more_than_a_laugh() -> None:
    assert in_a_circle([5] * 8) == 0
    assert in_a_circle([5] * 16) > 0


def test_a_long_passage_word_for_word_is_a_circle_even_once() -> None:
    passage = list(range(100, 150))
    assert in_a_circle([*passage, 1, 2, 3, *passage[:39]]) == 0
    assert in_a_circle([*passage, 1, 2, 3, *passage[:40]]) == 40


def test_a_long_text_that_never_repeats_is_none() -> None:
    assert all(in_a_circle(list(range(n))) == 0 for n in range(0, 300, 7))


def test_a_refrain_may_come_three_times() -> None:
    text = "The river runs to the sea.\nOne.\n" * 3
    assert before_the_refrain(text) is None
    assert before_the_refrain(text + "The river runs to the sea.") == (
        "The river runs to the sea.\nOne.\nThe river runs to the sea.\nOne."
    )


@pytest.mark.parametrize("line", ["MARA", "No.", "", "Ha ha ha"])
def test_short_lines_may_come_as_often_as_they_like(line: str) -> None:
    assert before_the_refrain(f"{line}\n" * 20) is None
