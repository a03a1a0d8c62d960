"""The lexicon as a trie of tokens: every word spelt as the tokenizer spells it, after a space and at a line's start.

Only paths of it are written, so that no word outside the lexicon, no token that spans words, no odd spelling and no number
can come up. Each node knows the syllable counts of the words below it as a set of bits.
"""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import structlog
import torch

from generation.lm.search.lexicon import Rhymes, working_words
from generation.lm.search.metre import fit
from generation.lm.search.spelling import Spelling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from generation.lm.chat import Chat
    from generation.lm.search.lexicon import Word

KEPT = 2000  # sets of ends, and metres, that are remembered
ARTICLES = {"a": False, "an": True}  # whether a vowel has to come after
SPACE, START = 0, 1  # the roots: of words after a space, and of those at a line's start

log = structlog.get_logger(__name__)


@functools.lru_cache(maxsize=2)
def trie_of(chat: Chat) -> Trie:
    """The trie for a model's tokenizer, made once in a process."""
    return Trie(chat)


@dataclass(frozen=True, slots=True)
class First:
    """The first tokens of words under one root, as columns, and of each its node and the bits below it: (N,) each."""

    columns: NDArray[np.int64]
    nodes: tuple[int, ...]
    bits: NDArray[np.int64]


class Trie:
    """A node is a number; `kids` leads on by token, `bits` are below, `word` and `shown` are what it completes, or ""."""

    def __init__(self, chat: Chat) -> None:
        """Takes a few seconds."""
        began = time.monotonic()
        self.spelling = Spelling(chat)
        self.words = working_words(self.spelling.tokens_in_line())
        self.kids: list[dict[int, int]] = [{}, {}]
        self.bits, self.word, self.shown = [0, 0], ["", ""], ["", ""]
        self.paths: dict[str, list[tuple[int, ...]]] = {}  # of a word: each way from a root, the root first
        plain = [word for word in self.words.values() if not word.name]
        capital = [word for word in self.words.values() if word.name]
        self._add(SPACE, [*plain, *capital], [_shown(word.text) for word in [*plain, *capital]])
        self._add(START, plain, [_shown(word.text) for word in plain])
        self._add(
            START, [*plain, *capital], [word.text[0].upper() + word.text[1:] for word in [*plain, *capital]]
        )
        marks = [*self.spelling.marks([",", ";", ":"]).values()]
        for breaking in ("\n", "\n\n"):
            marks += [ids[0] for ids in self.spelling.closings(breaking).ids.values()]
        tokens = sorted({token for kids in self.kids for token in kids} | set(marks))
        self.tokens: Tensor = torch.tensor(
            tokens
        )  # (C,), the ids that can come up; what follows are columns of it
        self.column = {token: n for n, token in enumerate(tokens)}
        self.column_of = {node: self.column[token] for kids in self.kids[:2] for token, node in kids.items()}
        self.first = (self._first(SPACE), self._first(START))
        self.capital, self.named, self.first_person, self.initial = self._letters()
        self.after_article = self._after_article()
        self._metres: dict[str, Tensor] = {}
        self._ends: dict[frozenset[str], Ends] = {}
        one = {text for text, ways in self.paths.items() if any(w[0] == SPACE and len(w) == 2 for w in ways)}
        self.rhymes = Rhymes(self.words, one)
        log.info(
            "lexicon_built", words=len(self.words), tokens=len(tokens), nodes=len(self.kids),
            seconds=round(time.monotonic() - began, 2),
        )  # fmt: skip

    def way(self, root: int, ids: Sequence[int]) -> tuple[int, ...]:
        """The nodes of `ids` under `root`, the root first; those that are not there are made, with no bits."""
        nodes = [root]
        for token in ids:
            kid = self.kids[nodes[-1]].get(token)
            if kid is None:
                kid = self.kids[nodes[-1]][token] = len(self.kids)
                self.kids.append({})
                self.bits.append(0)
                self.word.append("")
                self.shown.append("")
            nodes.append(kid)
        return tuple(nodes)

    def ends(self, words: frozenset[str]) -> Ends:
        """`words` as the ends of lines."""
        if words not in self._ends:
            if len(self._ends) >= KEPT:
                self._ends.clear()
            self._ends[words] = Ends.of(self, words)
        return self._ends[words]

    def metre(self, wanted: str) -> Tensor:
        """A bias (C,) on words of one token, for how their stresses fall on `wanted`, "0101", as far as it goes."""
        if wanted not in self._metres:
            if len(self._metres) >= KEPT:
                self._metres.clear()
            bias = np.zeros(len(self.column), np.float32)
            for first in self.first:
                for column, node in zip(first.columns, first.nodes, strict=True):
                    if self.word[node]:
                        bias[column] = fit(self.words[self.word[node]], wanted)
            self._metres[wanted] = torch.from_numpy(bias)
        return self._metres[wanted]

    def columns(self, word: str) -> list[int]:
        """The columns of `word`, wherever it stands, where it is one token."""
        return [self.column_of[way[1]] for way in self.paths.get(word, ()) if len(way) == 2]

    def _letters(
        self,
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_], Mapping[str, NDArray[np.int64]]]:
        """Columns (C,) that begin a word with a capital, those of names and of I, of I alone, and at a start by letter."""
        capital, named, person = (np.zeros(len(self.column), bool) for _ in range(3))
        initials: dict[str, set[int]] = {}
        for text, ways in self.paths.items():
            me = text == "i" or text.startswith("i'")
            for way in ways:
                letter, column = self.shown[way[-1]][0], self.column_of[way[1]]
                capital[column] |= letter.isupper()
                named[column] |= me or self.words[text].name
                person[column] |= me
                if way[0] == START:
                    initials.setdefault(letter, set()).add(column)
        found = {letter: np.array(sorted(columns)) for letter, columns in initials.items()}
        return capital, named, person, found

    def _after_article(self) -> Mapping[str, NDArray[np.bool_]]:
        """Columns (C,) of which no word can come after *a*, and after *an*: all that they begin have the other's sound."""
        begins: dict[int, set[bool]] = {}
        for text, ways in self.paths.items():
            vowel = self.words[text].vowel
            for way in ways:
                if way[0] == SPACE:
                    begins.setdefault(self.column_of[way[1]], set()).update(
                        {True, False} if vowel is None else {vowel}
                    )
        found = {article: np.zeros(len(self.column), bool) for article in ARTICLES}
        for column, sounds in begins.items():
            for article, before_vowel in ARTICLES.items():
                found[article][column] = before_vowel not in sounds
        return found

    def _add(self, root: int, words: Sequence[Word], shown: Sequence[str]) -> None:
        spell = self.spelling.in_line if root == SPACE else self.spelling.at_start
        for word, text, ids in zip(words, shown, spell(shown), strict=True):
            if ids is None:
                continue
            way = self.way(root, ids)
            for node in way:
                self.bits[node] |= 1 << word.syllables
            self.word[way[-1]], self.shown[way[-1]] = word.text, text
            self.paths.setdefault(word.text, []).append(way)

    def _first(self, root: int) -> First:
        kids = self.kids[root]
        return First(
            np.array([self.column[token] for token in kids], np.int64), tuple(kids.values()),
            np.array([self.bits[node] for node in kids.values()], np.int64),
        )  # fmt: skip


def _shown(text: str) -> str:
    return "I" + text[1:] if text == "i" or text.startswith("i'") else text


@dataclass(frozen=True, slots=True)
class Ends:
    """Words that a line may end on. `first`: under each root, the columns that they begin with by their syllables; `nodes`:
    of each node on a way to one, the counts of those below as bits. `least` is the shortest's count.
    """

    words: frozenset[str]
    first: tuple[Mapping[int, Tensor], Mapping[int, Tensor]]
    nodes: Mapping[int, int]
    least: int

    @classmethod
    def of(cls, trie: Trie, words: frozenset[str]) -> Ends:
        first: tuple[dict[int, set[int]], dict[int, set[int]]] = ({}, {})
        nodes: dict[int, int] = {}
        for text in words:
            syllables = trie.words[text].syllables
            for root, *way in trie.paths.get(text, ()):
                first[root].setdefault(syllables, set()).add(trie.column_of[way[0]])
                for node in way:
                    nodes[node] = nodes.get(node, 0) | 1 << syllables
        space, start = (
            {syllables: torch.tensor(sorted(columns)) for syllables, columns in found.items()}
            for found in first
        )
        return cls(
            words, (space, start), nodes, min((trie.words[text].syllables for text in words), default=1)
        )
