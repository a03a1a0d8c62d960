"""Scores texts by heads. Heads are read from their directory when they are first wanted, and the few wanted last are kept."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from generation.taste.directory import load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from generation.taste.head import Head
    from generation.taste.reader import Reader

KEPT = 16  # heads; each is some KB


class Taster:
    """`heads` is the directory that has the heads. Not for two threads at once."""

    def __init__(self, reader: Reader, heads: Path) -> None:
        self._reader, self._heads = reader, heads
        self._known: OrderedDict[str, Head] = OrderedDict()

    def head(self, digest: str) -> Head:
        """The head of that digest, verified. Raises TasteError."""
        head = self._known.get(digest)
        if head is None:
            head = self._known[digest] = load(self._heads, digest, self._reader.base, self._reader.widths)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        self._known.move_to_end(digest)
        return head

    def scores(self, digest: str, texts: Sequence[str]) -> list[float]:
        """What that head says of `texts`, higher is better liked. Raises TasteError."""
        head = self.head(digest)
        found: list[float] = head.score(self._reader(texts, head.blocks)).tolist()
        return found
