"""The rule for words outside CMUdict, tried on words inside it that it is not shown."""

from __future__ import annotations

import re
from itertools import islice

import pytest

from generation.forms.sounds import counts, known_words
from generation.forms.spelling import syllables


def nothing(_word: str) -> frozenset[int]:
    return frozenset()


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("moon", 1), ("vibes", 1), ("vile", 1), ("rumble", 2), ("boxes", 2), ("huddled", 2), ("rehashed", 2), ("rebooted", 3),
        ("piano", 3), ("prism", 2), ("rhythm", 2), ("nicely", 2), ("hopelessness", 3), ("shh", 1), ("whereof", 2),
    ],
)  # fmt: skip
def test_vowels_are_counted_less_the_silent_ones(word: str, count: int) -> None:
    assert syllables(word, nothing) == count


def test_a_word_is_taken_for_its_parts() -> None:
    known = {"whale": frozenset({1}), "song": frozenset({1})}.get
    assert syllables("whalesong", lambda word: known(word, frozenset())) == 2
    assert syllables("whalesong", nothing) == 3  # the letters alone take the e for a vowel


def test_the_rule_counts_nine_in_ten_words_of_cmudict_that_it_is_not_shown() -> None:
    words = list(islice((word for word in known_words() if re.fullmatch(r"[a-z]{4,12}", word)), 0, None, 60))
    right = sum(syllables(word, lambda part, word=word: counts(part) if part != word and part in LISTED else frozenset()) in counts(word) for word in words)  # fmt: skip
    assert right / len(words) >= 0.88, right / len(words)


LISTED = frozenset(known_words())
