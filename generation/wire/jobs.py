"""What is asked of a generation host: the frozen vocabulary of one job.

A job carries its whole terms, so that the host can enforce policy without knowing guilds, members or
settings: tenants and members are opaque keys here. How a brief becomes a prompt is the host's business
(`generation.forms`); what happens to the result is the studio's.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

Kind = Literal["text"]
Length = Literal["short", "medium", "long"]
Move = Literal["new", "vary", "continue"]
WhenAdapterIsBad = Literal["base", "fail"]


class InvalidJobError(ValueError):
    """A job that breaks the vocabulary; the message is one sentence that can be shown to a person."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What a member asked for, as data. `theme` and `tone` are text, never control.

    `source` is the text of the piece that a `vary` or `continue` starts from, else empty.
    """

    form: str
    theme: str
    tone: str = ""
    length: Length = "medium"
    move: Move = "new"
    source: str = ""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn. `max_tokens` bounds the piece; 0 takes the form's own bound for its length."""

    temperature: float = 0.8
    top_p: float = 0.95
    top_k: int = 0
    min_p: float = 0.02
    repetition_penalty: float = 1.1
    max_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed when the job was asked; frozen then.

    `weight` scales the tenant's share (> 0); `priority` 0 is a member's wish, higher is more urgent;
    `deadline` is in Unix seconds, after which nobody wants the result (None: never).
    """

    weight: float = 1.0
    priority: int = 0
    deadline: float | None = None
    safety: str = "standard"
    when_adapter_is_bad: WhenAdapterIsBad = "base"


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to make. `asked_at` is in Unix seconds, as first asked, and survives resubmission.

    `seed` is in [0, 2**31). `model` and `adapter` of None mean the host's default and no adapter.
    """

    id: str
    kind: Kind
    tenant: str
    member: str
    asked_at: float
    brief: Brief
    seed: int
    sampling: Sampling = field(default_factory=Sampling)
    terms: Terms = field(default_factory=Terms)
    model: str | None = None
    adapter: str | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Job:
        """Build a job from decoded JSON.

        Raises:
            InvalidJobError: an unknown or missing field, a wrong type, or a value out of range.
        """
        raise NotImplementedError
