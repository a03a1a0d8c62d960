"""What somebody would have asked for to get a piece: a theme as people type it, drawn from the piece by rule.

Half are a phrase of the piece around one of its telling words, so that a model learns to use what it is asked for; the
rest are its title, or two of its words. No model wrote them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

_ARTICLE = r"(?:a|an|the|my|his|her|our|their|your|this|that|every|no|one|two|three|some)"
_PLACE = (
    r"(?:of|in|on|at|under|over|by|with|through|across|from|beneath|behind|among|beside|near|without|for)"
)
_NUMERAL = re.compile(r"\b[IVXLC]+\b\.?|\d+|\(.*?\)|[\"“”_*]")
TITLE_LENGTHS = (4, 40)
HAN = re.compile(r"[\u4e00-\u9fff]")


def subject(text: str, words: Sequence[str], title: str, chance: random.Random) -> str:
    """A theme of a few words for the piece `text`."""
    if HAN.search(text):
        return _chinese(words, title, chance)
    way = chance.random()
    named = _NUMERAL.sub("", title).strip(" .,:;-'")
    if way < 0.25 and TITLE_LENGTHS[0] <= len(named) <= TITLE_LENGTHS[1]:
        return named.lower()
    if way < 0.8:
        for word in chance.sample(list(words), len(words)):
            if found := _phrase(text, word):
                return found
    some = chance.sample(list(words[:4]), min(2, len(words[:4])))
    return " and ".join(some) or named.lower() or "a moment"


def _phrase(text: str, word: str) -> str:
    """The words around `word` that make a thing or a place of it: "the frost on the railing"; "" where there are none."""
    pattern = (
        rf"\b{_ARTICLE}(?:\s+[a-z'-]+){{0,2}}?\s+{re.escape(word)}\b"
        rf"(?:\s+{_PLACE}(?:\s+{_ARTICLE})?\s+[a-z'-]{{3,}})?"
    )
    found = re.search(pattern, re.sub(r"\s+", " ", text), re.IGNORECASE)
    return found[0].lower() if found else ""


def _chinese(words: Sequence[str], title: str, chance: random.Random) -> str:
    """The title where it is short, as titles of such poems say what they are about; else what stands in it."""
    named = re.split(r"[\s（(，,]", title)[0]
    if words and (chance.random() < 0.4 or not 2 <= len(named) <= 8):
        return "、".join(chance.sample(list(words[:4]), min(2, len(words[:4]))))
    return named[:12] or "即景"
