"""Sentence vectors that are made once in a run: the network and the referee read the same captions by the same encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from generation.gan.text_encoder import Sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transformers import BertModel, PreTrainedTokenizerBase


class Remembered(Sentences):
    """`Sentences` that keeps every vector. Not for what is timed."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, network: BertModel) -> None:
        super().__init__(tokenizer, network)
        self._known: dict[str, torch.Tensor] = {}

    def __call__(self, captions: Sequence[str]) -> torch.Tensor:
        """(N,) captions to (N, 384)."""
        new = [caption for caption in dict.fromkeys(captions) if caption not in self._known]
        if new:
            self._known |= dict(zip(new, super().__call__(new), strict=True))
        return torch.stack([self._known[caption] for caption in captions])
