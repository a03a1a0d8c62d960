"""What a piece leans to: words near its theme in the model's own embedding, away from what is worn out or is of pieces.

Also which of the theme's words the lexicon lacks, how near a piece has come to its theme, and what it must not copy: runs of
three words in the turns that the prompt shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from generation.forms.prompts import turns
from generation.forms.sounds import sounds, words_of
from generation.lm.search.diction import ABOUT_PIECES, ARCHAIC, FUNCTION, NEVER, WORN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from torch import Tensor

    from generation.gan.text_encoder import Sentences
    from generation.lm.search.trie import Trie
    from generation.wire.jobs import Brief

NEAR, FAR = 0.45, 0.12  # cosines between which a word is drawn to the theme, the more the nearer
PULL, AGAINST_WORN, AGAINST_ARCHAIC, AGAINST_PIECES = 1.0, 2.0, 2.0, 8.0
LEAST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Taste:
    """`bias`: (C,) for the trie's columns. `theme` are the theme's words, `welcome` those among them which the trie lacks, as
    they were written, `quoted` runs of three of the prompt's. `nearness` gives the cosine of each of some texts with the theme.
    """

    bias: Tensor
    theme: frozenset[str]
    welcome: tuple[str, ...]
    quoted: frozenset[tuple[str, str, str]]
    nearness: Callable[[Sequence[str]], list[float]]


class Tasting:
    """Makes tastes for one model's trie."""

    def __init__(self, trie: Trie, embedding: Tensor, sentences: Sentences) -> None:
        """embedding: (V, width), the model's own."""
        self.trie = trie
        self._sentences = sentences
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
        lacked = dict.fromkeys(word for word in words_of(brief.theme) if self._lacks(word))
        return Taste(bias, theme, tuple(lacked), _quoted(brief), self._nearness(brief.theme))

    def _lacks(self, word: str) -> bool:
        """Whether a word cannot come up, though its syllables are certain: too rare in old texts, or a name."""
        plain = word.lower()
        if plain in NEVER or plain in FUNCTION or {word, plain, word.capitalize()} & self.trie.words.keys():
            return False
        return len({sound.syllables for sound in sounds(word)}) == 1

    def _nearness(self, theme: str) -> Callable[[Sequence[str]], list[float]]:
        """Cosines with the theme, by MiniLM."""
        if not theme.strip():
            return lambda texts: [0.0] * len(texts)
        of_theme = functional.normalize(self._sentences([theme]), dim=1)[0]

        def nearness(texts: Sequence[str]) -> list[float]:
            found: list[float] = (functional.normalize(self._sentences(texts), dim=1) @ of_theme).tolist()
            return found

        return nearness

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
