"""In which script a text is written. Which languages a model writes is its host's to know."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import Literal

Script = Literal["", "latin", "han", "other"]

_HAN_WEIGHS = 2  # a character says as much as some letters do


def script_of(text: str) -> Script:
    """The script of most of `text`; "" where it has no letters. Han with kana among it is Japanese, so "other"."""
    weights: Counter[Script] = Counter()
    kana = False
    for char in text:
        if char.isascii():
            weights["latin"] += char.isalpha()
        elif unicodedata.category(char)[0] == "L":
            name = unicodedata.name(char, "")
            kana = kana or name.startswith(("HIRAGANA", "KATAKANA"))
            script = _script(name)
            weights[script] += _HAN_WEIGHS if script == "han" else 1
    if not weights.total():
        return ""
    found = max(weights, key=weights.__getitem__)
    return "other" if kana and found == "han" else found


def _script(name: str) -> Script:
    if name.startswith("CJK"):
        return "han"
    return "latin" if "LATIN" in name or name.startswith(("MODIFIER", "FULLWIDTH")) else "other"
