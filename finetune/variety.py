"""How much pieces repeat themselves and each other: bigrams, BLEU, lines. Pure, over words in lower case."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W\d_]+(?:['’][^\W\d_]+)*")
REPETITIVE = 0.7  # distinct bigrams of one piece, below which it goes round in circles
LONG = 4  # n-grams of BLEU
NEAR_NOTHING = 0.1  # what a precision of 0 is taken for, of one n-gram (Chen & Cherry 2014, smoothing 1)


def tokens(text: str) -> list[str]:
    """Words in lower case; a Chinese character is a word."""
    return [found.lower().replace("’", "'") for found in _TOKEN.findall(text)]


def grams(words: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[at : at + n]) for at in range(len(words) - n + 1))


def repetitive(text: str) -> bool:
    """Whether a piece is mostly what it said before: bigrams, or a line of three words and more that comes again."""
    words = tokens(text)
    pairs = grams(words, 2)
    if pairs and len(pairs) < REPETITIVE * pairs.total():
        return True
    lines = [line for line in (" ".join(tokens(one)) for one in text.splitlines()) if line.count(" ") >= 2]
    return len(set(lines)) < len(lines)


def distinct2(texts: Sequence[str]) -> float:
    """Distinct bigrams over all bigrams of the texts together (Li 2016, arXiv:1510.03055)."""
    pairs: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        pairs += grams(tokens(text), 2)
    return len(pairs) / pairs.total() if pairs else 0.0


def cut_alike(ours: Sequence[str], theirs: Sequence[str]) -> tuple[list[str], list[str]]:
    """Each pair of texts cut to the words of the shorter one: the share of distinct bigrams falls with their number."""
    cut: tuple[list[str], list[str]] = ([], [])
    for one, other in zip(ours, theirs, strict=True):
        mine, yours = tokens(one), tokens(other)
        size = min(len(mine), len(yours))
        cut[0].append(" ".join(mine[:size]))
        cut[1].append(" ".join(yours[:size]))
    return cut


def self_bleu(texts: Sequence[str]) -> float:
    """The mean BLEU-4 of each text against all the others (Zhu 2018, arXiv:1802.01886); 0 of fewer than two.

    Higher is more alike.
    """
    split = [tokens(text) for text in texts]
    if len(split) < 2:
        return 0.0
    most: list[dict[tuple[str, ...], list[tuple[int, int]]]] = []  # by n: the two highest counts, and whose
    counted = [[grams(words, n) for n in range(1, LONG + 1)] for words in split]
    for n in range(LONG):
        best: dict[tuple[str, ...], list[tuple[int, int]]] = {}
        for text, found in enumerate(counted):
            for gram, count in found[n].items():
                best[gram] = sorted([*best.get(gram, []), (count, text)], reverse=True)[:2]
        most.append(best)
    lengths = sorted(len(words) for words in split)
    return sum(_bleu(at, split, counted, most, lengths) for at in range(len(split))) / len(split)


def _bleu(
    at: int,
    split: Sequence[Sequence[str]],
    counted: Sequence[Sequence[Counter[tuple[str, ...]]]],
    most: Sequence[dict[tuple[str, ...], list[tuple[int, int]]]],
    lengths: Sequence[int],
) -> float:
    size = len(split[at])
    if size < LONG:
        return 0.0
    logs = 0.0
    for n in range(LONG):
        hits = 0
        for gram, count in counted[at][n].items():
            others = next((most_ for most_, text in most[n][gram] if text != at), 0)
            hits += min(count, others)
        logs += math.log((hits or NEAR_NOTHING) / counted[at][n].total())
    nearest = min((one for one in lengths), key=lambda one: (abs(one - size), one))
    brevity = 1.0 if size >= nearest else math.exp(1 - nearest / size)
    return brevity * math.exp(logs / LONG)
