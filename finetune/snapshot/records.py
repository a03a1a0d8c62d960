"""What a snapshot holds, as frozen records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# to learn from; held out with its theme; held out because it is among the newest
Part = Literal["train", "themes", "newest"]


@dataclass(frozen=True, slots=True)
class Example:
    """One piece and how it was liked.

    `id` is 32 hex digits. `theme` is there only where who asked opted in; else None, and a neutral prompt stands for it.
    `group` is 16 hex digits that pieces of one theme share, known or not: folds never split it. `liked` in [0, 1] is the
    probability that the server likes it better than its average piece, `confidence` in [0, 1] is |2 liked - 1|, and
    `voters` (> 0, or 0 where only a moderator spoke) is how many did, those who act as one counted once. `made_day` counts
    days since 1970. `flagged`: a moderator said no, and it is never liked.
    """

    id: str
    form: str
    text: str
    theme: str | None
    group: str
    liked: float
    confidence: float
    voters: int
    made_day: int
    part: Part
    flagged: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pieces for one theme, of which members picked `chosen`. `theme`, `group`, `part` and ids as in `Example`."""

    form: str
    theme: str | None
    group: str
    chosen: str
    rejected: str
    chosen_id: str
    rejected_id: str
    part: Part


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much is known: pieces liked and disliked, voters behind them, and `weight`, the sum of confidences.

    `pairs` counts the true pairs.
    """

    liked: int
    disliked: int
    voters: int
    weight: float
    pairs: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`kind` is "verse", "script" or "story"; `base` the digest of the model whose taste it is to become.

    `made_at` is in Unix seconds. `examples` and `pairs` are ordered by their ids.
    """

    kind: str
    base: str
    made_at: float
    evidence: Evidence
    examples: tuple[Example, ...]
    pairs: tuple[Pair, ...]
    digest: str
