"""Words that a brief wants in a line, or at its end: of the lexicon or not, one or several, with their ways through the trie.

Those that the lexicon lacks are counted as CMUdict first lists them, or by the rule for words outside it, and can come up
where they are wanted and nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from generation.forms.sounds import counts, sounds, words_of
from generation.lm.search.trie import SPACE, START, Ends

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from generation.lm.search.trie import Trie


class Wanted:
    """The wanted words of one piece; also what any node of the trie completes, which may be one of them."""

    def __init__(self, trie: Trie, texts: Iterable[str]) -> None:
        self._trie = trie
        self._ways: dict[str, Sequence[tuple[int, ...]]] = {}
        self._syllables: dict[str, int] = {}
        self._complete: dict[int, tuple[str, str]] = {}
        self.tokens: set[int] = set()
        for text in texts:
            key = self.key(text)
            if key not in self._ways:
                self._take_in(key, text.strip())
        self._token_of = {
            way[1]: token
            for ways in self._ways.values()
            for way in ways
            for token, node in trie.kids[way[0]].items()
            if node == way[1]
        }
        self._ends = {key: self._as_end(key) for key in self._ways}

    def key(self, text: str) -> str:
        """What `text` is called here."""
        text = text.strip()
        for key in (text, text.lower(), text.capitalize()):
            if key in self._trie.words:
                return key
        return " ".join(word.lower() for word in words_of(text))

    def word(self, node: int) -> tuple[str, int, str]:
        """The word that `node` completes, its syllables and how it is shown; "" where it completes none."""
        if node in self._complete:
            key, shown = self._complete[node]
            return key, self._syllables[key], shown
        word = self._trie.word[node]
        return word, self._trie.words[word].syllables if word else 0, self._trie.shown[node]

    def syllables(self, key: str) -> int:
        return self._syllables[key]

    def nodes(self, key: str) -> frozenset[int]:
        """Nodes on the ways to it."""
        return frozenset(node for way in self._ways[key] for node in way[1:])

    def first(self, key: str, root: int) -> list[int]:
        """The tokens that it begins with under `root`."""
        return [self._token_of[way[1]] for way in self._ways[key] if way[0] == root]

    def end(self, key: str) -> Ends:
        """It alone, as the end of a line."""
        return self._ends[key]

    def _take_in(self, key: str, text: str) -> None:
        trie = self._trie
        if key in trie.words:
            self._syllables[key], self._ways[key] = trie.words[key].syllables, trie.paths.get(key, [])
            return
        self._syllables[key] = sum(_syllables(word) for word in words_of(text))
        ways = []
        for root, shown in ((SPACE, text), (START, text), (START, text[:1].upper() + text[1:])):
            spell = trie.spelling.in_line if root == SPACE else trie.spelling.at_start
            (ids,) = spell([shown])
            if ids is not None:
                way = trie.way(root, ids)
                self._complete[way[-1]] = (key, shown)
                self.tokens.update(ids)
                ways.append(way)
        self._ways[key] = list(dict.fromkeys(ways))

    def _as_end(self, key: str) -> Ends:
        nodes = dict.fromkeys(self.nodes(key), 1 << self._syllables[key])
        first = []
        for root in (SPACE, START):
            columns = [
                self._trie.column[token] for token in self.first(key, root) if token in self._trie.column
            ]
            first.append({self._syllables[key]: torch.tensor(sorted(set(columns)), dtype=torch.long)})
        return Ends(frozenset({key}), (first[0], first[1]), nodes, self._syllables[key])


def _syllables(word: str) -> int:
    found = sounds(word)
    return found[0].syllables if found else max(counts(word), default=1)
