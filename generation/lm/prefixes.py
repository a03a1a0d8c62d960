"""Prompts that were read lately, with their keys and values, so that what begins alike need not be read again.

Every poem's prompt begins with the same instructions, and "Again" asks for the same prompt with another seed. Keys and
values depend on the adapter too, so it is part of the key.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

LEAST = 8  # tokens; copying fewer gains nothing
TOKENS = 2048  # that are kept in all


class Prefixes:
    """The last prompts. Kept tensors are as `SlotCache.fill` takes them."""

    def __init__(self, tokens: int = TOKENS) -> None:
        self._most = tokens
        self._held = 0
        self._kept: OrderedDict[tuple[str | None, tuple[int, ...]], Tensor] = OrderedDict()

    def longest(self, adapter: str | None, prompt: Sequence[int]) -> Tensor | None:
        """Keys and values of as many of the first tokens of `prompt` as are known, short of its last; None: too few."""
        best, found = LEAST - 1, None
        for key in self._kept:
            if key[0] == adapter and (shared := _shared(key[1], prompt)) > best:
                best, found = shared, key
        if found is None:
            return None
        self._kept.move_to_end(found)
        return self._kept[found][:, :, :, : min(best, len(prompt) - 1)]

    def keep(self, adapter: str | None, prompt: Sequence[int], held: Tensor) -> None:
        """Remember a prompt that was read; the oldest are let go for it."""
        key = (adapter, tuple(prompt))
        if key in self._kept or len(prompt) > self._most:
            return
        self._kept[key] = held
        self._held += len(prompt)
        while self._held > self._most:
            (_, old), _ = self._kept.popitem(last=False)
            self._held -= len(old)

    def clear(self) -> None:
        self._kept.clear()
        self._held = 0


def _shared(a: Sequence[int], b: Sequence[int]) -> int:
    count = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        count += 1
    return count
