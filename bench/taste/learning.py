"""The real loop for one simulated server: its history, its votes, a snapshot, a head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.taste.evidence import snapshot
from finetune.head import learnt, written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bench.taste.community import Community, Reaction
    from bench.taste.samples import Sample
    from finetune.features import Features
    from finetune.head import Fitted
    from finetune.snapshot import Snapshot
    from generation.taste.reader import Reader

SEED = 1  # of what is learnt; communities have their own


@dataclass(frozen=True, slots=True)
class Learnt:
    """A server's head, where it lies, and what it was made of."""

    snapshot: Snapshot
    fitted: Fitted
    directory: Path
    features: Features

    def score(self, texts: Sequence[str]) -> list[float]:
        found: list[float] = self.fitted.head.score(self.features.of(texts)).tolist()
        return found


@dataclass(frozen=True, slots=True)
class Server:
    """`history` are its creations in time's order; snapshots and heads go into `folder`."""

    history: Sequence[Sample]
    reader: Reader
    features: Features
    folder: Path
    community: Community

    @property
    def made_at(self) -> list[float]:
        """When each creation was made, in seconds since it began."""
        return self.community.made_at(len(self.history))

    def reactions(self, taste: Callable[[str], float], votes: int, seed: int) -> list[Reaction]:
        """How its members react, whose taste this is."""
        return self.community.reactions([taste(one.text) for one in self.history], votes, seed)

    def learn(self, reactions: Sequence[Reaction]) -> Learnt:
        """A head out of reactions, on disk. Raises HeadError: there is none to be had."""
        found = snapshot(self.folder / "snapshots", self.history, reactions, self.made_at, self.reader.base)
        fitted = learnt(found, self.features, SEED)
        directory = written(self.folder / "heads", fitted, found, self.reader, SEED, 0.0)
        return Learnt(found, fitted, directory, self.features)
