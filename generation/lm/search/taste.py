"""What a piece leans to: words near its theme in the model's own embedding, away from what is worn out or is of pieces.

Also what it must not copy: runs of three words in the turns that the prompt shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from generation.forms.prompts import turns
from generation.forms.sounds import words_of
from generation.lm.search.diction import ABOUT_PIECES, ARCHAIC, FUNCTION, WORN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from generation.lm.search.trie import Trie
    from generation.wire.jobs import Brief

NEAR, FAR = 0.45, 0.12  # cosines between which a word is drawn to the theme, the more the nearer
PULL, AGAINST_WORN, AGAINST_ARCHAIC, AGAINST_PIECES = 1.0, 2.0, 2.0, 8.0
LEAST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Taste:
    """`bias`: (C,) for the trie's columns. `theme` are the theme's words, `quoted` runs of three of the prompt's."""

    bias: Tensor
    theme: frozenset[str]
    quoted: frozenset[tuple[str, str, str]]


class Tasting:
    """Makes tastes for one model's trie."""

    def __init__(self, trie: Trie, embedding: Tensor) -> None:
        """embedding: (V, width), the model's own."""
        self.trie = trie
        vectors = embedding[trie.tokens.to(embedding.device)].float().cpu()
        self._mean = vectors.mean(0)
        vectors = vectors - self._mean
        self._vectors = vectors / vectors.norm(dim=1, keepdim=True).clamp_min(1e-6)  # (C, width)
        self._embedding = embedding
        self._matter = torch.zeros(len(trie.tokens))
        for text, ways in trie.paths.items():
            if text not in FUNCTION and len(text) >= LEAST_LETTERS and any(len(way) == 2 for way in ways):
                self._matter[trie.columns(text)] = 1.0

    def of(self, brief: Brief) -> Taste:
        theme = frozenset(word.lower() for word in words_of(brief.theme)) - FUNCTION
        bias = self._drawn_to(sorted(theme))
        self._add(bias, dict.fromkeys(WORN - theme, -AGAINST_WORN))
        self._add(bias, dict.fromkeys(ARCHAIC - theme, -AGAINST_ARCHAIC))
        self._add(bias, dict.fromkeys(ABOUT_PIECES - theme, -AGAINST_PIECES))
        return Taste(bias, theme, _quoted(brief))

    def _drawn_to(self, words: list[str]) -> Tensor:
        found = [
            ids for ids in self.trie.spelling.in_line([word for word in words if len(word) >= LEAST_LETTERS]) if ids
        ]  # fmt: skip
        if not found:
            return torch.zeros(len(self._matter))
        rows = torch.stack(
            [self._embedding[list(ids)].float().cpu().sub(self._mean).mean(0) for ids in found]
        )
        near = (self._vectors @ (rows / rows.norm(dim=1, keepdim=True).clamp_min(1e-6)).T).amax(1)  # (C,)
        pull: Tensor = PULL * (near - FAR).clamp(0, NEAR) / (NEAR - FAR) * self._matter
        return pull

    def _add(self, bias: Tensor, words: Mapping[str, float]) -> None:
        for word, value in words.items():
            bias[self.trie.columns(word)] += value


def _quoted(brief: Brief) -> frozenset[tuple[str, str, str]]:
    found: set[tuple[str, str, str]] = set()
    for turn in turns(brief):
        if turn.role == "assistant":
            for line in turn.text.splitlines():
                words = [word.lower() for word in words_of(line)]
                found |= set(zip(words, words[1:], words[2:], strict=False))
    return frozenset(found)
