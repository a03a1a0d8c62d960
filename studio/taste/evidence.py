"""How much the labels of a server come to, against the one table of what is needed.

The table lies in `finetune.snapshot`, because training reads it too, and knows of no studio.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetune.snapshot import HEAD, PAIRS, TRAINING, Evidence, Needs, missing

if TYPE_CHECKING:
    from studio.taste.labels import Reading

__all__ = ["HEAD", "PAIRS", "TRAINING", "Evidence", "Needs", "evidence", "missing"]


def evidence(reading: Reading, pairs: int = 0) -> Evidence:
    """What members said, counted: labels sure enough to learn from. What moderators flagged is no evidence of a taste."""
    kept = [label for label in reading.labels if label.is_kept and not label.flagged]
    liked = sum(label.liked > 0.5 for label in kept)
    return Evidence(
        liked=liked,
        disliked=len(kept) - liked,
        voters=reading.voters,
        weight=sum(label.confidence for label in kept),
        pairs=pairs,
    )
