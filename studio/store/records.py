"""What the store remembers, as frozen records: jobs, creations, the messages that show them, guilds.

Identifiers of Discord are integers, job ids are strings (an interaction's id), times are Unix seconds. A creation
has the id of the job that made it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from generation.wire.jobs import Brief, Sampling

DEFAULT_WEIGHT = 1.0

Outcome = Literal["made", "failed", "cancelled", "withdrawn", "undeliverable"]


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One wish, from asked to settled.

    `kind` is the command's kind of text ("verse", "script", "story"). `parent` is the job that this one was derived
    from. `weight` is the guild's share of the engine, frozen when asked. `interaction_token` is a secret and is empty
    once the job is over or the token has expired. `outcome` is None while the job is unfinished; `settled_at` is when
    its ending was shown. `notified`: the member who waited long was told.
    """

    id: str
    guild_id: int
    channel_id: int
    member_id: int
    kind: str
    brief: Brief
    seed: int
    weight: float
    parent: str | None
    application_id: int
    interaction_token: str
    asked_at: float
    acknowledged_at: float | None = None
    message_id: int | None = None
    outcome: Outcome | None = None
    sentence: str | None = None
    reference: str | None = None
    started_at: float | None = None
    settled_at: float | None = None
    notified: bool = False

    def __repr__(self) -> str:
        """Name the job alone: its token is a secret, and its brief is a member's text."""
        return f"JobRecord({self.id}, {self.kind}, outcome={self.outcome})"


@dataclass(frozen=True, slots=True)
class Creation:
    """A finished piece, captured when it was made and never fetched again.

    `digest` is the SHA-256 of the artifact's bytes. `prompt` is the last thing said to the model, with the
    member's words in it. `usage` counts
    tokens and seconds as the host reported them. `note` is a sentence for the member on how it was made, where there is one.
    """

    id: str
    guild_id: int
    channel_id: int
    member_id: int
    kind: str
    form: str
    brief: Brief
    text: str
    mime: str
    digest: str
    prompt: str
    seed: int
    sampling: Sampling
    model: str
    adapter: str | None
    parent: str | None
    made_at: float
    usage: dict[str, float]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """One message that shows a part of a job. `deleted`: it is gone, and its part is never posted again."""

    job_id: str
    part: int
    channel_id: int
    message_id: int
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Reaction:
    """One member's one emoji on one of our messages."""

    message_id: int
    member_id: int
    emoji: str
    added_at: float


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """What holds for one guild. `weight` (> 0) scales its share of the engine."""

    guild_id: int
    weight: float = DEFAULT_WEIGHT
