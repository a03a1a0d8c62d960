"""What a model does when it has nothing more to say: the same line again, the same words round and round. Pure."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby, pairwise

LOOP = 3  # times that words in a row may come up
LOOP_WORDS = 4  # how many words in a row that is
DISTINCT = 0.6  # least share of different pairs of words
CURT = 5  # times that a line of a word or two may come
FEW_WORDS = 20  # of a text too short for that share to say anything
_UNIT = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+(?:['’][^\W_\u3400-\u9fff]+)*")


def units(text: str) -> list[str]:
    """The words of `text` in small letters, of Chinese its characters."""
    return [unit.casefold() for unit in _UNIT.findall(text)]


def plain(line: str) -> str:
    """A line as its words alone, for telling whether it is said again."""
    return " ".join(units(line))


def distinct2(text: str) -> float:
    """Of the pairs of neighbouring words, the share that are different, in [0, 1]; 1 where there are none."""
    words = units(text)
    pairs = list(pairwise(words))
    return len(set(pairs)) / len(pairs) if pairs else 1.0


def repeated_lines(text: str, allowed: int = 1) -> list[str]:
    """The lines, as first written, that come up more than `allowed` times; those without words are not looked at.

    A line of a word or two ("Yes, sir.") may come five times.
    """
    first: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for line in text.splitlines():
        if words := plain(line):
            first.setdefault(words, line.strip())
            seen[words] += 1
    return [
        first[words]
        for words, times in seen.items()
        if times > (allowed if words.count(" ") > 1 else max(allowed, CURT))
    ]


def loops(text: str, times: int = LOOP, length: int = LOOP_WORDS) -> list[str]:
    """Runs of `length` words that come up more than `times` times, in long texts more than once in a hundred words."""
    words = units(text)
    times = max(times, len(words) // 100)
    runs = Counter(tuple(words[i : i + length]) for i in range(len(words) - length + 1))
    return [" ".join(run) for run, count in runs.items() if count > times]


def marks(text: str, times: int = LOOP) -> list[str]:
    """What is written without a letter or a digit, as "(...)" is, and comes more than `times` times with no word between."""
    runs = [(token, len(list(run))) for token, run in groupby(text.split())]
    return list(dict.fromkeys(token for token, count in runs if count > times and not units(token)))


def degenerate(text: str, refrain: int = 1) -> list[str]:
    """What makes `text` a loop, a sentence each, the worst first; [] where nothing does. A line may come `refrain` times."""
    found = []
    if again := repeated_lines(text, refrain):
        found.append(f"A line is said again and again (“{_short(again[0])}”).")
    if rounds := loops(text):
        found.append(f"The same words come up again and again (“{_short(rounds[0])}”).")
    if signs := marks(text):
        found.append(f"The same marks come up again and again (“{_short(signs[0])}”).")
    if len(units(text)) >= FEW_WORDS and (share := distinct2(text)) < DISTINCT:
        found.append(f"It turns in circles: only {share:.0%} of its pairs of words are different.")
    return found


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
