"""One particle of a search: the lines that it has, and the one that it writes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from generation.lm.search.trie import Ends


@dataclass(slots=True, eq=False)
class Writing:
    """A line on its way. `node` is where it stands in a trie, `length` the syllables (or characters) of its whole words.

    `missing` are words that it still has to hold, `goal` those that it may end on, unless their rhyme is `barred`. `sum` and `worst` are of its tokens' log-probabilities, `drawn` of them,
    `before` the sum without the last token, `began` that without its last word;
    `closed`: its last token was drawn; `dead`: nothing could follow.
    """

    node: int = 0
    length: int = 0
    text: str = ""
    words: list[str] = field(default_factory=list)
    missing: tuple[str, ...] = ()
    goal: Ends | None = None
    barred: frozenset[str] = frozenset()
    sum: float = 0.0
    worst: float = 0.0
    drawn: int = 0
    before: float = 0.0
    began: float = 0.0
    closed: bool = False
    dead: bool = False

    @property
    def open(self) -> bool:
        return not self.closed and not self.dead

    @property
    def mean(self) -> float:
        return self.sum / max(1, self.drawn)


@dataclass(slots=True, eq=False)
class Particle:
    """`row` is its row of the branches, `pending` what that has not taken in yet, `after` (V,) what may follow when it has.

    `score` is of its lines, `worth` that and how near it is to its theme. `ends` are its lines' last words, `used` its words, `pairs` those that stand side by side; `seen` the columns of words
    that are not to come again, `strain` how far the words that it rhymes on are from what would be said there, in nats.
    """

    row: int
    lines: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    used: Counter[str] = field(default_factory=Counter)
    pairs: set[tuple[str, str]] = field(default_factory=set)
    score: float = 0.0
    worth: float = 0.0
    strain: float = 0.0
    writing: Writing = field(default_factory=Writing)
    pending: list[int] = field(default_factory=list)
    after: Tensor | None = None
    seen: Tensor | None = None

    def copy(self, row: int) -> Particle:
        """Another that goes on from here, at a line's beginning."""
        return Particle(
            row, list(self.lines), list(self.ends), Counter(self.used), set(self.pairs), self.score, self.worth,
            self.strain, after=self.after, seen=self.seen,
        )  # fmt: skip
