"""What is said of versions of a server's taste: who asks, which version, what its gates found, what stands where.

A *head* (members know it as the picker) reads several drafts and keeps one; an *adapter* changes what is written. Both
belong to a guild and a kind of text ("verse", "script", "story"), and are numbered in the order in which they were made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from finetune.snapshot import Evidence
    from studio.store.taste_records import What

KINDS = ("verse", "script", "story")
CALLED: dict[str, str] = {"head": "picker", "adapter": "adapter"}  # as members know them


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, and whether they may manage the server, as Discord says in the very request that is answered."""

    member_id: int
    manages: bool


@dataclass(frozen=True, slots=True)
class Folders:
    """Where directories lie; the generation host reads `heads` and `adapters` by digest."""

    data: Path

    @property
    def snapshots(self) -> Path:
        """Snapshots by digest."""
        return self.data / "snapshots"

    @property
    def training(self) -> Path:
        """What runs work in, by the run's id."""
        return self.data / "training"

    def of(self, what: What) -> Path:
        """Heads, or adapters, by digest."""
        return self.data / f"{what}s"


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that a candidate was held to. `waived_by` is the moderator who let it pass all the same."""

    name: str
    passed: bool
    waivable: bool
    sentence: str
    waived_by: int | None = None

    @property
    def stops(self) -> bool:
        """Whether the candidate cannot serve because of it."""
        return not self.passed and self.waived_by is None


@dataclass(frozen=True, slots=True)
class Version:
    """One head or adapter. `loadable`: its files are still there. `state` is as in the store's `tastes`."""

    digest: str
    guild_id: int
    kind: str
    what: What
    number: int
    state: str
    made_at: float
    base: str
    parent: str | None
    snapshot: str
    report: Mapping[str, Any] = field(hash=False)
    loadable: bool = True

    @property
    def name(self) -> str:
        """As members call it: "verse picker 2"."""
        return f"{self.kind} {CALLED[self.what]} {self.number}"


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for one kind of text. `missing` says what is short for each of the two, None where nothing is.

    `cliques` are members who act as one, and count as one voter. `failed` is why the last run did not come to what was
    asked for, where it did not.
    """

    kind: str
    head: Version | None
    adapter: Version | None
    paused: bool
    evidence: Evidence
    missing: Mapping[str, str | None] = field(hash=False)
    run: str | None = None
    trial: str | None = None
    cliques: tuple[frozenset[int], ...] = ()
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """Who did what, when."""

    member_id: int
    at: float
    action: str
    detail: str


@dataclass(frozen=True, slots=True)
class Overview:
    """All that `/adapters list` shows. `enabled_at` is None where nobody has turned learning on."""

    enabled_at: float | None
    enabled_by: int | None
    standings: tuple[Standing, ...]
    versions: tuple[Version, ...]
    log: tuple[LogLine, ...]
