"""Whether a text has words in it that a host does not show: slurs, obscenities, and what is said to hurt somebody.

A short list, and nothing of meaning: it keeps a small model's worst slips out of a channel. It is not a judgement of a piece, and it
leaves what stories are made of: who is killed in a ballad may be.

Words that nobody wants to read in a source file are kept with their letters moved by thirteen.
"""

from __future__ import annotations

import codecs
import re

_MOVED = (  # slurs and obscenities, beginnings of words
    r"avtt(?:re|n)", r"snttbg", r"xvxr", r"genaal", r"ergneqrq", r"phag", r"shpx", r"zbgureshpx", r"pbpxfhpx",
    r"oybjwbo", r"phzfubg", r"tnatonat", r"phpxbyq", r"juber", r"fyhg", r"jrgonpx", r"zhqfyvzr", r"gbjryurnq",
)  # fmt: skip
_SHORT = ("snt", "fcvp", "tbbx")  # that other words begin with: counted as whole words only
_SAYINGS = re.compile(
    r"\bkill (?:yourself|urself)\b|\bkys\b|\bhang yourself\b|\bgas the (?!car|stove|tank|truck|van|bike|engine|light|lamp|fire|room|house)\w+\b|\bcut your (?:wrists?|veins)\b|\bslit your (?:wrists?|throat)\b"
    r"|\bworld would be better without you\b|\bhow to (?:make|build) an? (?:bomb|explosive)\b"
    r"|\brap(?:e|ed|ing) (?:her|him|them|me|you)\b|\b(?:child|underage|minor)s?\b[^.\n]{0,30}\b(?:naked|sexual|sex)\b"
    r"|\bsubhuman|\binferior race",
    re.IGNORECASE,
)
# insults below the belt and slurs of people, in Simplified and Traditional characters
_HAN = re.compile(
    "[\u50bb\u715e][\u903c\u5c44\u6bd4]|[\u64cd\u808f]\u4f60[\u5988\u5abd]"
    "|(?<![\u4eca\u660e\u6628\u6bcf\u751f\u8282\u7bc0\u5e73])\u65e5\u4f60[\u5988\u5abd](?![\u5988\u5abd])"
    "|[\u8349\u5e79\u5e72]\u4f60[\u5a18\u5988\u5abd](?![\u5988\u5abd])|\u652f\u90a3\u732a|\u8d31\u8d27|\u8ce4\u8ca8"
)


def moved(words: tuple[str, ...]) -> str:
    """Alternatives for a regular expression, of words whose letters are moved by thirteen."""
    return "|".join(codecs.decode(word, "rot13") for word in words)


_BEGINNINGS = re.compile(rf"(?<!\w)(?:{moved(_MOVED)})", re.IGNORECASE)
_WHOLE = re.compile(rf"(?<!\w)(?:{moved(_SHORT)})s?(?!\w)(?! and span)", re.IGNORECASE)
_ALL = (_BEGINNINGS, _WHOLE, _SAYINGS, _HAN)


def unfit(text: str) -> str | None:
    """The first words for which `text` is not shown; None: there are none."""
    return next((found[0] for pattern in _ALL if (found := pattern.search(text)) is not None), None)
