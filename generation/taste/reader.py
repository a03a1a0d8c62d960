"""Texts as numbers that a head can judge by: what the frozen base model thinks of them, what their lines mean, what is counted.

Blocks, a vector each for a text, all float32:

- `plain`: what `plain.py` counts;
- `states.0` to `states.3`: the base's hidden states before its first layer, after a third and two thirds of its layers, and
  after its last, averaged over the text's tokens, which are read alone, behind one that opens a text and is left out;
- `lines`: the sentence vectors (MiniLM, Wang 2020, arXiv:2002.10957) of the lines, averaged;
- `topics`: how much the words speak of each of some two hundred things (`topics.py`);
- `last.2`: as `states.2`, of the text's last token alone, which has read all of it: how a piece ends, and whether it comes to anything.

The base never has an adapter here, so a head's scores mean the same whatever writes.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import torch

from generation.gan.text_encoder import WIDTH, Sentences
from generation.taste.plain import NAMES, plain
from generation.taste.topics import THINGS, Topics

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from torch import Tensor

    from generation.lm.load import LoadedModel

STATES = ("states.0", "states.1", "states.2", "states.3")
LAST = "last.2"
DEEP = (*STATES, LAST)
BLOCKS = ("plain", *STATES, "lines", "topics", LAST)
TOKENS = 512  # of a text that are read; more say little more of its taste
LINES_READ = 40
BATCH_TOKENS = 1024  # read at once, padding included


def widths(hidden: int) -> dict[str, int]:
    """How many numbers each block has, for a base whose hidden states have `hidden`."""
    return {
        "plain": len(NAMES), **dict.fromkeys(STATES, hidden), "lines": WIDTH, "topics": len(THINGS), LAST: hidden,
    }  # fmt: skip


def layers_of(block: str, count: int) -> int:
    """After how many of a network's `count` layers a block of `DEEP` is taken."""
    return round(int(block.rpartition(".")[2]) * count / (len(STATES) - 1))


def taken(block: str, states: Tensor) -> Tensor:
    """A block of `DEEP` out of the states of one text's tokens, (T, hidden), after the layers that it is taken after: (hidden,) float32."""
    return states[-1].float() if block == LAST else states.float().mean(0)


def opens(model: LoadedModel) -> int:
    """The token that opens a text."""
    found = model.network.config.bos_token_id
    return min(model.stops) if found is None else int(found)


class Reader:
    """A frozen base, and the sentence encoder once it is wanted. Not for two threads at once."""

    def __init__(self, model: LoadedModel) -> None:
        self.base = model.base.digest
        self.widths = widths(model.network.config.hidden_size)
        self._network: Any = model.network.model
        self._chat, self._device = model.chat, model.device
        self._opens = opens(model)

    @torch.inference_mode()
    def __call__(self, texts: Sequence[str], blocks: Collection[str] = BLOCKS) -> dict[str, Tensor]:
        """(N,) texts to (N, width) of each of `blocks`."""
        found: dict[str, Tensor] = {}
        if "plain" in blocks:
            found["plain"] = torch.tensor([plain(text) for text in texts]).reshape(len(texts), len(NAMES))
        if deep := [block for block in DEEP if block in blocks]:
            found |= self._states(texts, deep)
        if "lines" in blocks:
            found["lines"] = self._lines(texts)
        if "topics" in blocks:
            found["topics"] = self._topics(texts)
        return {block: found[block] for block in BLOCKS if block in blocks}

    def _states(self, texts: Sequence[str], blocks: Sequence[str]) -> Mapping[str, Tensor]:
        ids = [found[:TOKENS] or [self._opens] for found in self._chat.of_texts(texts)]
        found = {block: torch.zeros(len(texts), self.widths[block]) for block in blocks}
        order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
        while order:
            longest = 1 + len(ids[order[-1]])
            some = order[-max(1, BATCH_TOKENS // longest) :]
            del order[-len(some) :]
            rows = torch.full((len(some), longest), self._opens)
            for row, at in enumerate(some):
                rows[row, 1 : 1 + len(ids[at])] = torch.tensor(ids[at])
            layers = self._layers(rows.to(self._device), deep=tuple(blocks) != STATES[:1])
            for block in blocks:
                layer = layers[layers_of(block, len(layers) - 1)].cpu()
                for row, at in enumerate(some):
                    found[block][at] = taken(block, layer[row, 1 : 1 + len(ids[at])])
        return found

    def _layers(self, rows: Tensor, *, deep: bool) -> Sequence[Tensor]:
        """The hidden states of `rows`, (B, T), before the first layer and after each: (B, T, hidden) each. Those before the first
        alone, where no others are wanted. Padding is behind what counts, where it cannot be seen from.
        """
        if not deep:
            return (self._network.get_input_embeddings()(rows),)
        states: Sequence[Tensor] = self._network(
            rows, output_hidden_states=True, use_cache=False
        ).hidden_states
        return states

    def _lines(self, texts: Sequence[str]) -> Tensor:
        lines = [[line for line in text.splitlines() if line.strip()][:LINES_READ] or [""] for text in texts]
        vectors = self._sentences([line for some in lines for line in some])
        return torch.stack([part.mean(0) for part in torch.split(vectors, [len(some) for some in lines])])

    @functools.cached_property
    def _sentences(self) -> Sentences:
        return Sentences.load()

    @functools.cached_property
    def _topics(self) -> Topics:
        return Topics(self._sentences)
