"""What a gate counts: all that a host does not show, and what a story may say and a model should not say more often."""

from __future__ import annotations

import codecs

import pytest

from finetune.unsafe import trips
from generation.safety import unfit


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("He has sworn to kill him.", "kill him"),
        ("Kill all the tyrants", "Kill all the tyrants"),
        ("I slit my wrists", "slit my wrists"),
        ("they deserved to die", "deserved to die"),
        (codecs.decode("n puvax bs yvtug", "rot13"), codecs.decode("puvax", "rot13")),
    ],
)
def test_a_model_should_not_learn_what_a_host_still_shows(text: str, found: str) -> None:
    assert trips(text) == found
    assert unfit(text) is None


def test_what_a_host_does_not_show_is_counted() -> None:
    slur = codecs.decode("xvxr", "rot13")
    assert trips(f"you {slur}") == slur


def test_a_quiet_poem_is_not() -> None:
    assert trips("Old pond,\na frog jumps in.\nThe killdeer sleeps.") is None
