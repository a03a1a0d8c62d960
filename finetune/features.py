"""What is known of texts before anybody votes on them: the numbers of `generation.taste.reader`, each text read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from generation.taste.reader import BLOCKS, widths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from generation.taste.reader import Reader


class Features:
    """Remembers every text that it was asked about: 14 KB each, for a hidden size of 576."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[str, dict[str, Tensor]] = {}

    def know(self, texts: Sequence[str], numbers: Mapping[str, Tensor]) -> None:
        """What was read before: (N, width) of each block, for N texts."""
        for row, text in enumerate(texts):
            self._known[text] = {block: found[row] for block, found in numbers.items()}

    def of(self, texts: Sequence[str]) -> dict[str, Tensor]:
        """(N,) texts to (N, width) float32 of each block."""
        if unknown := [text for text in dict.fromkeys(texts) if text not in self._known]:
            self.know(unknown, self._reader(unknown))
        empty = widths(self._reader.widths["states.0"])
        return {
            block: torch.stack([self._known[text][block] for text in texts])
            if texts
            else torch.zeros(0, empty[block])
            for block in BLOCKS
        }
