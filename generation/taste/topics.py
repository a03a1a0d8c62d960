"""How much a text speaks of each of some two hundred things: sums over its words of how near each word's vector is to theirs.

A text that says "gull" and "pier" speaks of the sea though it never names it. Vectors are MiniLM's of single words (see
`generation.gan.text_encoder`), each made once and kept. The things are words that cover what people write about; nobody's
taste was looked at for them.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F  # noqa: N812 - what everybody calls it

from generation.forms.sounds import words_of
from generation.lm.search.diction import FUNCTION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

_THINGS = """
sea ship fish beach river rain snow ice sun moon star sky cloud wind storm fire smoke light darkness
night morning winter summer autumn spring mountain hill stone sand earth field grass flower tree leaf
forest garden fruit bread food drink coffee cup kitchen table chair bed door window wall house room roof
street city town village market church school hospital station train bus car road bridge boat airplane
bicycle clock time year day childhood memory dream sleep death grave war blood wound pain body hand face
eye hair mouth heart skin bone mother father sister brother child baby grandfather friend lover stranger
neighbour king soldier worker teacher god angel ghost devil prayer love joy sorrow fear anger hope
loneliness peace hatred shame beauty truth lie secret promise word letter book song music silence voice
sound noise colour red blue green black white gold silver glass metal iron wood paper cloth coat shoe
key box money shop game play dance laugh cry tear smile kiss touch walk run fall fly swim work machine
computer telephone photograph mirror painting animal dog cat horse bird wolf fox insect bee snake soul
mind thought reason nothing end beginning journey home world
"""
THINGS = tuple(_THINGS.split())
NEAR = 0.3  # the cosine from which on a word counts
LEAST_LETTERS = 3
KEPT = 20_000  # words whose nearness is remembered: 16 MB
READ = 400  # words of a text


class Topics:
    """Not for two threads at once."""

    def __init__(self, vectors: Callable[[Sequence[str]], Tensor]) -> None:
        """`vectors` gives (N, W) for N words."""
        self._vectors = vectors
        self._things = F.normalize(vectors(THINGS), dim=1)
        self._near: OrderedDict[str, Tensor] = OrderedDict()

    def __call__(self, texts: Sequence[str]) -> Tensor:
        """(N, len(THINGS)), none below nought."""
        words = [_matter(text) for text in texts]
        self._learn(sorted({word for some in words for word in some} - set(self._near)))
        found = torch.zeros(len(texts), len(THINGS))
        for row, some in enumerate(words):
            for word in some:
                found[row] += self._near[word]
                self._near.move_to_end(word)
        while len(self._near) > KEPT:
            self._near.popitem(last=False)
        return found.sqrt()

    def _learn(self, words: Sequence[str]) -> None:
        if words:
            near = F.normalize(self._vectors(words), dim=1) @ self._things.T
            self._near.update(zip(words, (near - NEAR).clamp_min(0.0), strict=True))


def _matter(text: str) -> list[str]:
    """The words that carry any, in small letters."""
    found = [word.lower() for line in text.splitlines() for word in words_of(line)]
    return [word for word in found if len(word) >= LEAST_LETTERS and word not in FUNCTION][:READ]
