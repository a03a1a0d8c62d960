"""How long pieces get: what is learned from those that came to their own end.

Each form is learned apart, and within it each size of the bound that was agreed on. What is kept is the last few
lengths as shares of their bounds, so that a job can be asked about as a *sample* of them: the first row to be free
of sixteen is the shortest of sixteen samples, which sixteen means would never say.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import deque

KEPT = 64
ENOUGH = 8  # lengths of one kind, below which all pieces are asked instead

Kind = tuple[str, int]


class Lengths:
    """Lengths of output in tokens, by kind. Before anything is learned, a piece is as long as its bound."""

    def __init__(self) -> None:
        self._all = _Recent()
        self._of: dict[Kind, _Recent] = {}

    @staticmethod
    def kind(form: str, bound: int) -> Kind:
        """What is learned together: `form`, and bounds up to the same power of two."""
        return form, bound.bit_length()

    def learn(self, kind: Kind, bound: int, made: int) -> None:
        """A piece of at most `bound` tokens (> 0) came to its own end after `made`."""
        share = min(1.0, made / bound)
        self._all.add(share)
        self._of.setdefault(kind, _Recent()).add(share)

    def sample(self, kind: Kind, bound: int, quantile: float, made: int = 0) -> float:
        """How many tokens are still to come for a piece that has `made`, at `quantile` in [0, 1) of those longer."""
        recent = self._asked_of(kind)
        return max(0.0, recent.beyond(made / bound if bound else 1.0, quantile) * bound - made)

    def mean(self, kind: Kind, bound: int) -> float:
        """How many tokens a piece of at most `bound` makes on average."""
        return self._asked_of(kind).mean() * bound

    def _asked_of(self, kind: Kind) -> _Recent:
        recent = self._of.get(kind)
        return self._all if recent is None or len(recent) < ENOUGH else recent


class _Recent:
    def __init__(self) -> None:
        self._ordered: list[float] = []
        self._in_time: deque[float] = deque()

    def __len__(self) -> int:
        return len(self._ordered)

    def add(self, share: float) -> None:
        if len(self._in_time) == KEPT:
            self._ordered.remove(self._in_time.popleft())
        self._in_time.append(share)
        insort(self._ordered, share)

    def beyond(self, share: float, quantile: float) -> float:
        """The quantile of those above `share`; 1 where there are none."""
        known = len(self._ordered)
        above = bisect_right(self._ordered, share)
        return self._ordered[above + int(quantile * (known - above))] if above < known else 1.0

    def mean(self) -> float:
        return sum(self._ordered) / len(self._ordered) if self._ordered else 1.0
