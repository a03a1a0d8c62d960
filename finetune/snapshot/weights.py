"""How much each example weighs in a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetune.snapshot.records import Example

FLAG_WEIGHT = 3.0  # one moderator's no against the confidence of a piece that everybody dislikes
FLAGGED_SHARE_LIMIT = 0.25  # of the whole: a server that flags a lot still learns what it likes


def weights(examples: Sequence[Example]) -> tuple[float, ...]:
    """The confidence of each; a flagged one `FLAG_WEIGHT`, flagged ones together at most `FLAGGED_SHARE_LIMIT` of all.

    Where there is nothing but flagged ones, they weigh what they weigh: there is no "all" to be a share of.
    """
    plain = sum(example.confidence for example in examples if not example.flagged)
    flagged = FLAG_WEIGHT * sum(example.flagged for example in examples)
    most = plain * FLAGGED_SHARE_LIMIT / (1 - FLAGGED_SHARE_LIMIT)
    shrunk = FLAG_WEIGHT * most / flagged if flagged > most > 0 else FLAG_WEIGHT
    return tuple(shrunk if example.flagged else example.confidence for example in examples)
