"""How good a line is among others of its kind: the model's own view of it, less what small models do too much of. Pure.

A model prefers bland lines, so the worst token counts beside the mean; what was measured of each is in `docs/writing.md`.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from generation.lm.search.diction import FUNCTION, WORN

if TYPE_CHECKING:
    from generation.lm.search.particle import Particle
    from generation.lm.search.taste import Taste

WORST = 0.4
EMPTY, STUTTER, PAIR, AGAIN, NOTHING_NEW, CLICHE = 0.6, 0.4, 0.25, 0.5, 1.0, 0.3
ON_THEME, COPIED = 0.15, 0.25  # one word of the theme is welcome, more than two are its repetition
QUOTED = 3.0  # three words running out of the prompt
WHOLE, HANGING, LEFT_HANGING = (
    0.3,
    2.5,
    5.0,
)  # an end that closes fewer phrases than that, for what it lacks; of the last line


def line_score(particle: Particle, taste: Taste, closes: float, *, last: bool) -> float:
    """About a mean log-probability a token; higher is better. `closes` is the share of phrases among the uses of its last
    word that end with it; `last`: nothing comes after this line that could finish its phrase.
    """
    writing = particle.writing
    words = writing.words
    matter = [word for word in words if word not in FUNCTION]
    score = writing.mean + WORST * writing.worst
    if not matter:
        score -= EMPTY
    pairs = list(itertools.pairwise(words))
    score -= STUTTER * sum(a == b for a, b in pairs)
    score -= PAIR * len(particle.pairs & set(pairs))
    again = sum(particle.used[word] > 0 for word in matter)
    score -= AGAIN * max(0, again - 1)
    if matter and again == len(matter):
        score -= NOTHING_NEW
    score -= CLICHE * sum(word in WORN for word in matter)
    themed = len({word for word in matter if word in taste.theme})
    score += ON_THEME * min(themed, 1) - COPIED * max(0, themed - 2)
    runs = set(zip(words, words[1:], words[2:], strict=False))
    score -= (LEFT_HANGING if last else HANGING) * max(0.0, WHOLE - closes)
    return score - QUOTED * len(runs & taste.quoted)
