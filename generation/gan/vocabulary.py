"""The words and names that a network has a learnt vector for."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WORD = re.compile(r"[a-z0-9]+")
LONGEST_NAME = 5  # words


class Vocabulary:
    """Words of one token and names of several, each with its index. A caption's bag holds both."""

    def __init__(self, entries: Sequence[str]) -> None:
        self.entries = tuple(entries)
        self._index = {entry: at for at, entry in enumerate(self.entries)}

    @classmethod
    def of(cls, captions: Iterable[Iterable[str]], names: Iterable[str], at_least: int) -> Vocabulary:
        """Words in the captions of `at_least` pictures (each an iterable of its captions), and all `names` of 2 to 5 words."""
        seen: Counter[str] = Counter()
        for of_picture in captions:
            seen.update({word for caption in of_picture for word in _words(caption)})
        spelled = {" ".join(_words(name)) for name in names}
        several = {name for name in spelled if 1 < len(name.split()) <= LONGEST_NAME}
        return cls(sorted({word for word, count in seen.items() if count >= at_least} | several))

    def __len__(self) -> int:
        return len(self.entries)

    def bag(self, caption: str) -> list[int]:
        """The indices of what is known in `caption`, each once, in order of index."""
        words = _words(caption)
        found = set()
        for size in range(1, LONGEST_NAME + 1):
            for start in range(len(words) - size + 1):
                at = self._index.get(" ".join(words[start : start + size]))
                if at is not None:
                    found.add(at)
        return sorted(found)


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold())
