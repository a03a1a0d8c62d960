"""How much must be known before anything is learnt: the one table of thresholds.

The numbers are those of a simulated server of 25 voters (docs/taste.md): 300 votes gave a weight of 96, and with less than a
quarter of that no head was better than chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from finetune.snapshot.records import Evidence


@dataclass(frozen=True, slots=True)
class Needs:
    """At least so much of each, and, once a head is fitted, so high an area under its curve by grouped cross-validation."""

    liked: int = 0
    disliked: int = 0
    voters: int = 0
    weight: float = 0.0
    pairs: int = 0
    auc: float = 0.5


HEAD = Needs(liked=10, disliked=10, voters=5, weight=25.0, auc=0.60)  # to pick the best of n
TRAINING = Needs(liked=20, disliked=20, voters=5, weight=60.0, auc=0.65)  # to make pairs and an adapter
PAIRS = Needs(voters=10, pairs=300)  # to add the true pairs to those that a head makes


def missing(evidence: Evidence, needs: Needs = HEAD) -> str | None:
    """What is there and what is needed, where something is short: "31 liked, 7 disliked, 4 voters; 10, 10 and 5 are needed".

    None where there is enough. The weight is told only when all else is there; it grows as more members say the same of a piece.
    """
    counts = [
        (found, needed, name)
        for found, needed, name in (
            (evidence.liked, needs.liked, "liked"),
            (evidence.disliked, needs.disliked, "disliked"),
            (evidence.voters, needs.voters, "voters"),
            (evidence.pairs, needs.pairs, "pairs"),
        )
        if needed
    ]
    there = ", ".join(f"{found} {_one_of(name, found)}" for found, _, name in counts)
    if any(found < needed for found, needed, _ in counts):
        wanted = [str(needed) for _, needed, _ in counts]
        listed = f"{', '.join(wanted[:-1])} and {wanted[-1]}" if wanted[1:] else wanted[0]
        return f"{there}; {listed} are needed"
    if evidence.weight < needs.weight:
        return f"{there}, who agree on {evidence.weight:.0f} pieces' worth; {needs.weight:.0f} are needed"
    return None


def _one_of(name: str, found: int) -> str:
    return name.removesuffix("s") if found == 1 and name in {"voters", "pairs"} else name
