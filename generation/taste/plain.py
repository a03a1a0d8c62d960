"""What can be counted in a text without any model: its layout, its marks, its small words. Pure.

Each number is of the order of one, so that none outweighs the others before they are standardised.
"""

from __future__ import annotations

import re
from itertools import pairwise
from statistics import fmean, pstdev

from generation.forms.repetition import distinct2
from generation.forms.sounds import may_rhyme

NAMES = (
    "lines", "stanzas", "words", "words a line", "spread of words a line", "longest line", "shortest line",
    "letters a word", "long words", "full stops", "commas", "questions", "exclamations", "dashes", "other marks",
    "first person", "second person", "third person", "articles", "and", "capital lines", "lines that stop",
    "different words", "different pairs", "rhymed lines", "begins alike",
)  # fmt: skip

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|[\u3400-\u9fff]")


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_FIRST = _listed("i me my mine myself we us our ours i'm i've i'd i'll we're we've we'll 我 们")
_SECOND = _listed("you your yours yourself you're you've you'll thou thee thy 你 您")
_THIRD = _listed("he him his she her hers it its they them their theirs it's he's she's they're 他 她 它")
_ARTICLES = _listed("a an the")
_STOPS = tuple(".!?。！？")


def plain(text: str) -> list[float]:
    """(len(NAMES),) finite numbers; of a text without a word, all are nought."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    words = [found.lower().replace("’", "'") for found in _WORD.findall(text)]
    if not lines or not words:
        return [0.0] * len(NAMES)
    of_lines = [len(_WORD.findall(line)) for line in lines]
    count, rows = len(words), len(lines)
    pairs = [first[:1] == second[:1] for first, second in pairwise(words)]
    return [
        min(rows, 60) / 8, len(re.findall(r"\n\s*\n", text.strip())) / rows, min(count, 600) / 50, fmean(of_lines) / 8,
        pstdev(of_lines) / 4, max(of_lines) / 12, min(of_lines) / 6, sum(map(len, words)) / count / 5,
        sum(len(word) > 7 for word in words) / count * 5, _each(text, ".。", rows), _each(text, ",，、", rows),
        _each(text, "?？", rows), _each(text, "!！", rows), _each(text, "-–—", rows), _each(text, ';:"()…“”：；', rows),
        _share(words, _FIRST), _share(words, _SECOND), _share(words, _THIRD), _share(words, _ARTICLES),
        words.count("and") / count * 10, sum(line[:1].isupper() for line in lines) / rows,
        sum(line.endswith(_STOPS) for line in lines) / rows, len(set(words)) / count, distinct2(text),
        _rhymed(lines), sum(pairs) / max(1, len(pairs)) * 5,
    ]  # fmt: skip


def _each(text: str, marks: str, rows: int) -> float:
    return min(4.0, sum(text.count(mark) for mark in marks) / rows)


def _share(words: list[str], of: frozenset[str]) -> float:
    return sum(word in of for word in words) / len(words) * 10


def _rhymed(lines: list[str]) -> float:
    """The share of lines whose last word rhymes with that of one of the three lines before or after."""
    ends = [found[-1] if (found := _WORD.findall(line)) else "" for line in lines]
    rhymed = sum(
        any(may_rhyme(ends[at], other) for other in (*ends[max(0, at - 3) : at], *ends[at + 1 : at + 4]))
        for at in range(len(ends))
    )
    return rhymed / len(lines)
