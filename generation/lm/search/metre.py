"""How well a word's stresses fall on a metre: function words off the beat, stressed syllables on it. A soft bias, pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.lm.search.diction import FUNCTION

if TYPE_CHECKING:
    from generation.lm.search.lexicon import Word

# in logits, as the prototype was measured with
STRESS_OFF, SLACK_ON = 2.5, 1.5  # of a longer word: its stress off the beat, an unstressed syllable on it
FUNCTION_ON, CONTENT_OFF = 1.2, 0.8  # of words of one syllable


def fit(word: Word, wanted: str) -> float:
    """A bias <= 0 for `word` where `wanted` begins; 0 where the metre ends before the word does."""
    if len(word.stress) > len(wanted):
        return 0.0
    if len(word.stress) == 1:
        strong = wanted[0] == "1"
        if word.text in FUNCTION:
            return -FUNCTION_ON if strong else 0.0
        return 0.0 if strong else -CONTENT_OFF
    lost = 0.0
    for stress, beat in zip(word.stress, wanted, strict=False):
        if stress == "1" and beat == "0":
            lost += STRESS_OFF
        elif stress == "0" and beat == "1":
            lost += SLACK_ON
    return -lost
