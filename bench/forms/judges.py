"""Who judges a piece: the model that did not write it, by perplexity, and MiniLM, by nearness to the brief's theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from finetune.variety import tokens
from generation.gan.text_encoder import Sentences
from generation.lm.load import load_model
from generation.lm.weights import find

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from generation.wire.jobs import Brief

JUDGE = {"smollm2": "gemma3", "gemma3": "smollm2"}  # who judges whose pieces
BEGINS = {"smollm2": "<|endoftext|>", "gemma3": "<bos>"}  # what stood between texts when they learnt
READ = 512  # tokens of a piece that a judge reads
PASSAGE = 40  # words in one sentence vector


class Reader:
    """A model that reads and does not write."""

    def __init__(self, text_model: str, data_dir: Path, threads: int) -> None:
        model = load_model(find(text_model), data_dir, threads=threads)
        self.name = model.name
        self._network, self._chat = model.network, model.chat
        self._begin = self._chat._tokenizer.convert_tokens_to_ids(BEGINS[text_model])

    @torch.inference_mode()
    def nats(self, text: str) -> list[float]:
        """The negative log-probability of each token of `text` alone, after the token that begins texts; in nats."""
        ids = self._chat.of_text(text)[:READ]
        if not ids:
            return []
        logits = self._network(torch.tensor([[self._begin, *ids]])).logits[0, :-1].float()  # (T, V)
        losses = functional.cross_entropy(logits, torch.tensor(ids), reduction="none")
        return [round(one, 4) for one in losses.tolist()]


class Nearness:
    """Whether a piece is nearer to its own theme than to others, by MiniLM's sentence vectors. English only."""

    def __init__(self) -> None:
        self._sentences = Sentences.load()

    def cosines(self, text: str, themes: Sequence[str]) -> list[float]:
        """Of a piece, the mean of its passages' vectors, with each of `themes`."""
        words = text.split()
        passages = [" ".join(words[at : at + PASSAGE]) for at in range(0, len(words), PASSAGE)] or [""]
        vectors = functional.normalize(self._sentences([*passages, *themes]), dim=1)
        piece = functional.normalize(vectors[: len(passages)].mean(0), dim=0)
        return [round(one, 4) for one in (vectors[len(passages) :] @ piece).tolist()]


def holds(text: str, brief: Brief) -> bool:
    """Whether every word that the brief has to hold is in the text, whole, in any case."""
    if brief.language == "zh":
        return all(word in text for word in brief.must)
    said = f" {' '.join(tokens(text))} "
    return all(f" {' '.join(tokens(word))} " in said for word in brief.must)
