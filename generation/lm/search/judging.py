"""What readers would make of what a search writes: at each line's end the lines go on that they would like best.

A head (`generation.taste`) that was learnt from what readers who saw such pieces unlabelled preferred (`finetune/readers.py`,
docs/writing.md) judges by the base's own hidden states, read without an adapter and without the prompt. The network that writes
reads, so that no second one is in memory.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import structlog
import torch

from generation.starters import readers
from generation.taste import TasteError, directory
from generation.taste.reader import TOKENS, layers_of, taken, widths

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from torch import Tensor

    from generation.taste.head import Head

log = structlog.get_logger(__name__)


def shipped(base: str, hidden: int) -> Mapping[str, Head]:
    """The heads that come with Renga for the weights `base` (a digest), whose states have `hidden` numbers, by the forms that they judge.
    One that is damaged judges nothing, and the log says why.
    """
    wide = widths(hidden)
    found: dict[str, Head] = {}
    for one in readers():
        if one.base != base:
            continue
        try:
            found |= dict.fromkeys(one.serves, directory.load(one.root, one.digest, base, wide))
        except TasteError as error:
            log.warning("readers_refused", digest=one.digest, reason=str(error))
    return found


class Judging:
    """Judges texts by `heads`, one for a form. `states` are `Decoder.states` of a network of `layers` layers; `opens` is the token that opens
    a text.
    """

    def __init__(
        self, heads: Mapping[str, Head], states: Callable[[Sequence[Sequence[int]], int], list[Tensor]], layers: int,
        encode: Callable[[Sequence[str]], list[list[int]]], opens: int,
    ) -> None:  # fmt: skip
        self._heads = heads
        self._states, self._layers, self._encode, self._opens = states, layers, encode, opens

    def of(self, form: str) -> Callable[[Sequence[str]], list[float]] | None:
        """Who says of texts of `form` how each would be liked, the more the better; None: nobody."""
        head = self._heads.get(form)
        return None if head is None else functools.partial(self._scores, head)

    @torch.inference_mode()
    def _scores(self, head: Head, texts: Sequence[str]) -> list[float]:
        ids = [[self._opens, *(found[:TOKENS] or [self._opens])] for found in self._encode(texts)]
        read: dict[int, list[Tensor]] = {}  # by the layer, each once: it is what judging costs
        numbers = {}
        for block in head.blocks:
            layer = layers_of(block, self._layers)
            if layer not in read:
                read[layer] = self._states(ids, layer)
            numbers[block] = torch.stack([taken(block, states[1:]).cpu() for states in read[layer]])
        scores: list[float] = head.score(numbers).tolist()
        return scores
