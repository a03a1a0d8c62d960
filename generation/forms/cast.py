"""Who speaks in a scene: the people whom its theme names, else names drawn by the seed. Pure.

A small model left to name people grows the names from cue to cue; where they are given it only chooses whose turn it is.
"""

from __future__ import annotations

import random
import re

NAMES = (
    "MAYA", "JONAS", "PRIYA", "TOM", "LEILA", "SAM", "NORA", "ALEX", "KENJI", "RUTH", "OMAR", "CLARA", "DEV", "IRIS", "MATEO",
    "HANNAH", "YUKI", "PAUL", "AISHA", "BEN", "LUCIA", "GRACE", "IVAN", "ZOE",
)  # fmt: skip
NAMES_ZH = ("小林", "阿明", "老陈", "小雨", "阿珍", "大刘", "小周", "阿福", "王姨", "老李")
PEOPLE = 2
LONGEST = 16  # letters

_BOTH = re.compile(r"\b([A-Z][a-z]+)(?: and | & |, )([A-Z][a-z]+)\b")
_ARTICLE = r"(?:an?|the|his|her|my|our|their)"
# what may come after the second one: he who is a waiter, not he who is a tired one
_AFTER = (
    r"(?=$|[,.;:!?]|\s+(?:in|on|at|of|by|from|with|over|after|before|who|that|while|during|and|meet|argue|talk|fight|"
    r"wait|share|try|find|discuss|sit|play|plan|get|have|go|make|wake|hide|are|were)\b|\s+\w+(?:s|ing|ed)\b)"
)
_COUPLE = re.compile(
    rf"\b{_ARTICLE}\s+(?:\w+\s+)?(\w+)\s+and\s+{_ARTICLE}\s+(\w+(?:\s\w+)??){_AFTER}", re.IGNORECASE
)


def cast_of(
    theme: str, seed: int, *, chinese: bool = False, barred: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Two names as cues are written. `barred` are names, in small letters, that nobody drawn has."""
    chance = random.Random(seed)  # noqa: S311 - a draw, not a secret
    if chinese:
        return tuple(f"@{name}" for name in chance.sample(NAMES_ZH, PEOPLE))
    for pattern in (_BOTH, _COUPLE):
        if (found := pattern.search(theme)) is not None:
            names = tuple(_head(name) for name in found.groups())
            if len(set(names)) == PEOPLE and all(name.isalpha() and len(name) <= LONGEST for name in names):
                return names
    return tuple(chance.sample([name for name in NAMES if name.casefold() not in barred], PEOPLE))


def _head(name: str) -> str:
    """The noun of a phrase: its last word."""
    return name.rsplit(maxsplit=1)[-1].upper()
