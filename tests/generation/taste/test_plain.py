"""What is counted in a text is what is there."""

from __future__ import annotations

import math

import pytest

from generation.taste.plain import NAMES, plain

POEM = "The sea is cold,\nand I am old?\n\nYou wait.\nYou wait!"


def told(text: str) -> dict[str, float]:
    return dict(zip(NAMES, plain(text), strict=True))


def test_lines_words_and_marks_are_counted() -> None:
    found = told(POEM)
    assert found["lines"] == 4 / 8
    assert found["words"] == 12 / 50
    assert found["words a line"] == 3 / 8
    assert found["longest line"] == 4 / 12
    assert found["shortest line"] == 2 / 6
    assert found["stanzas"] == 1 / 4
    assert found["questions"] == found["exclamations"] == found["full stops"] == found["commas"] == 1 / 4
    assert found["first person"] == pytest.approx(10 / 12)
    assert found["second person"] == pytest.approx(20 / 12)
    assert found["lines that stop"] == 3 / 4
    assert found["rhymed lines"] == 2 / 4


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\n ",
        "...",
        "!?!",
        "\0",
        "🌊🌊",
        "a",
        "床前明月光，\n疑是地上霜。",
        "x" * 100_000,
        "a\n" * 5000,
    ],
)
def test_whatever_the_text_its_numbers_are_finite_and_small(text: str) -> None:
    found = plain(text)
    assert len(found) == len(NAMES)
    assert all(math.isfinite(number) and abs(number) < 50_000 for number in found)


def test_a_text_without_a_word_says_nothing() -> None:
    assert plain("… 🌊 …") == [0.0] * len(NAMES)
