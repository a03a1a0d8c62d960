"""Which texts say again what a member typed. What is gathered from a store is tested with snapshots."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.taste.gathered import repeats
from tests.studio.made import BRIEF


@pytest.mark.parametrize(
    ("theme", "text", "said"),
    [
        ("the day my dog came back home", "and so\nthe day, my dog\ncame back home!", True),
        ("the day my dog came back home", "a dog comes back", False),
        ("rain", "rain, rain", False),
        ("我今天在学校里遇到了一位老朋友", "我今天在学校里，遇到了一位老朋友", True),
        ("秋雨", "秋雨", False),
    ],
)
def test_long_words_that_come_back_are_recognised(theme: str, text: str, said: bool) -> None:
    assert repeats(replace(BRIEF, theme=theme), text) is said


def test_a_line_that_a_piece_is_built_on_is_in_it_by_its_nature() -> None:
    assert repeats(replace(BRIEF, given="a gate"), "the end of every line")
