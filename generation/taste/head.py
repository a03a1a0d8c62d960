"""A head in memory: a linear judge of what `reader.Reader` says of texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.taste.reader import BLOCKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """score(text) = bias + sum over blocks of weights[block] · numbers[block]; higher is better liked, nought is neither.

    `kind` is "verse", "script" or "story"; `base` the digest of the model that its numbers come from. `weights` has a float32
    vector, (width,), for each block that it judges by.
    """

    kind: str
    base: str
    weights: Mapping[str, Tensor]
    bias: float

    @property
    def blocks(self) -> tuple[str, ...]:
        """What it judges by, in the order of `BLOCKS`."""
        return tuple(block for block in BLOCKS if block in self.weights)

    def score(self, numbers: Mapping[str, Tensor]) -> Tensor:
        """(N, width) of each of its blocks, at least, to (N,)."""
        parts = [numbers[block] @ self.weights[block] for block in self.blocks]
        return sum(parts[1:], parts[0]) + self.bias
