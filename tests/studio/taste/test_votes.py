"""What reactions mean."""

from __future__ import annotations

import pytest

from studio.taste.votes import DOWN, UP, meaning, said


@pytest.mark.parametrize(
    ("emoji", "meant"),
    [
        ("👍", True), ("👍🏽", True), ("❤", True), ("❤️", True), ("😂", True), ("👎", False), ("👎🏿", False), ("💤", False),
        ("🦊", None), ("🤔", None), ("❓", None), ("blobcat:112233", None), ("", None), ("👍👎", None),
    ],
)  # fmt: skip
def test_an_emoji_is_for_against_or_neither(emoji: str, meant: bool | None) -> None:
    assert meaning(emoji) is meant


def test_no_emoji_is_both() -> None:
    assert not UP & DOWN
    assert all(meaning(emoji) is True for emoji in UP)
    assert all(meaning(emoji) is False for emoji in DOWN)


def test_the_newest_reaction_that_means_something_counts() -> None:
    assert said([("👍", 1.0), ("👎", 2.0), ("🦊", 3.0)]) == (False, 2.0)
    assert said([("👎", 2.0), ("❤️", 5.0), ("👍", 5.0)]) == (True, 5.0)


def test_what_disagrees_at_one_instant_and_what_means_nothing_is_no_vote() -> None:
    assert said([("👍", 1.0), ("👎", 1.0)]) is None
    assert said([("🦊", 1.0)]) is None
    assert said([]) is None
