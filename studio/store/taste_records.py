"""What the store remembers of consent, and of tastes: learnt, tried, served. Frozen records, a row each.

A taste belongs to a guild and a kind of text ("verse", "script", "story"), and is either a reward head, which picks among
drafts, or an adapter. Digests are 64 hex digits. Times are Unix seconds. A member of -1 is one who asked to be forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Choice = Literal["opt_in", "opt_out"]
FlagKind = Literal[
    "flag", "report"
]  # a moderator's no, in force at once; a member's, which a moderator looks at
Verdict = Literal["upheld", "dismissed"]
What = Literal["head", "adapter"]
TasteState = Literal["candidate", "trial", "serving", "retired", "refused", "revoked"]
RunState = Literal["asked", "running", "done", "failed", "cancelled"]
Ending = Literal["done", "failed", "cancelled"]
Way = Literal["blind", "quiet"]

TOLD_OF_PICKS = 2  # the terms that say that picks are learnt from
# in a member's place
OURSELVES = 0  # a rule acted by itself, a theme is our own
FORGOTTEN = -1


@dataclass(frozen=True, slots=True)
class TrainingConsent:
    """That a guild may train, since when and by whom; `disabled_at` is None while it may."""

    guild_id: int
    enabled_at: float
    enabled_by: int
    disabled_at: float | None = None


@dataclass(frozen=True, slots=True)
class MemberChoice:
    """What a member chose in a guild. `member_since`: when they joined it, where that was known then. `terms`: what they had been
    told: 1, of their votes and themes; 2, of their picks among drafts, too.
    """

    member_id: int
    guild_id: int
    choice: Choice
    at: float
    member_since: float | None = None
    terms: int = TOLD_OF_PICKS


@dataclass(frozen=True, slots=True)
class Flag:
    """Somebody's no to a piece. A flag counts until it is dismissed, a report once it is upheld."""

    creation_id: str
    member_id: int
    kind: FlagKind
    at: float
    resolved_at: float | None = None
    resolved_by: int | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """A snapshot, as the store knows it. `salt` keyed the ids in its directory, and is "" once it was purged.

    `evidence` is `finetune.snapshot.Evidence` as JSON.
    """

    digest: str
    guild_id: int
    kind: str
    made_at: float
    salt: str
    evidence: dict[str, Any]
    purged_at: float | None = None

    def __repr__(self) -> str:
        """Leave the salt out: whoever has it can tell which piece is which example."""
        return f"SnapshotRow({self.digest[:12]}, {self.guild_id}, {self.kind}, purged_at={self.purged_at})"


@dataclass(frozen=True, slots=True)
class Taste:
    """A head or an adapter, and where it stands. `parent` is the taste that its training started from.

    `served_at` is when it was last let serve, None where it never was or was taken back.
    """

    digest: str
    guild_id: int
    kind: str
    what: What
    snapshot: str
    base: str
    parent: str | None
    state: TasteState
    made_at: float
    report: dict[str, Any]
    served_at: float | None = None


@dataclass(frozen=True, slots=True)
class Serving:
    """What serves a guild's pieces of one kind: None is no head, or the starter. `paused`: neither is used just now."""

    guild_id: int
    kind: str
    head: str | None = None
    adapter: str | None = None
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt to learn something; its id is the interaction's that asked for it. `sentence` says how it ended.

    `step` of `steps` is how far it was last seen. `result` is the taste that came of it. The message of its progress is
    `message_id` in `channel_id`. `begun` is how often it was begun and neither ended nor was let go: so often it was cut off.
    """

    id: str
    guild_id: int
    kind: str
    what: What
    state: RunState
    asked_by: int
    asked_at: float
    ended_at: float | None = None
    step: int = 0
    steps: int = 0
    sentence: str | None = None
    snapshot: str | None = None
    result: str | None = None
    channel_id: int | None = None
    message_id: int | None = None
    begun: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """A candidate against what serves (`incumbent`; None is the starter), by blind votes or quietly."""

    id: str
    guild_id: int
    kind: str
    way: Way
    candidate: str
    incumbent: str | None
    began_at: float
    ended_at: float | None = None
    outcome: str | None = None
    wins: int = 0
    losses: int = 0
    channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class TrialPair:
    """Two texts for one theme, shown side by side without names. `asked_by` is who gave the theme."""

    id: str
    trial_id: str
    message_id: int | None
    left_is_candidate: bool
    form: str
    theme: str
    asked_by: int
    left_text: str
    right_text: str
    made_at: float


@dataclass(frozen=True, slots=True)
class TrialVote:
    """One member's choice between the two texts of a pair; the first one stands."""

    pair_id: str
    member_id: int
    left: bool
    at: float


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, for moderators to read. `detail` is a sentence without a member's text."""

    guild_id: int
    member_id: int
    at: float
    action: str
    detail: str
