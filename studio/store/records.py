"""What the store remembers, as frozen records: jobs, creations, the messages that show them, guilds.

Identifiers of Discord are integers, job ids are strings (an interaction's id), times are Unix seconds. A creation
has the id of the job that made it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from generation.wire.jobs import Brief, PictureBrief

if TYPE_CHECKING:
    from generation.wire.jobs import Sampling, Spot

DEFAULT_WEIGHT = 1.0
PICTURE = "picture"  # the kind of a job whose wish is a `PictureBrief`; every other kind's is a `Brief`

Wish = Brief | PictureBrief  # what a member asked for
Outcome = Literal["made", "failed", "cancelled", "withdrawn", "undeliverable"]


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One wish, from asked to settled.

    `kind` is the command's kind of text ("verse", "script", "story"), or "picture". `spoiler`: it is shown behind a
    veil. `parent` is the job that this one was derived
    from. `weight` is the guild's share of the engine, frozen when asked. `interaction_token` is a secret and is empty
    once the job is over or the token has expired. `outcome` is None while the job is unfinished; `settled_at` is when
    its ending was shown. `notified`: the member who waited long was told. `adapter` and `head` are what served the guild
    when it was asked: digests, None where there was nothing of its own. `drafts` are how many pieces it wants to pick from.
    """

    id: str
    guild_id: int
    channel_id: int
    member_id: int
    kind: str
    brief: Wish
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
    spoiler: bool = False
    adapter: str | None = None
    head: str | None = None
    drafts: int = 1

    @property
    def form(self) -> str:
        """What sort of thing it makes, in a word: a text's form, or the move that makes pictures."""
        return self.brief.move if isinstance(self.brief, PictureBrief) else self.brief.form

    def __repr__(self) -> str:
        """Name the job alone: its token is a secret, and its brief is a member's text."""
        return f"JobRecord({self.id}, {self.kind}, outcome={self.outcome})"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a creation; its bytes are a file of `studio.pictures.files`, found by `digest` and `mime`.

    `part` counts from 0. `spot` is where it lies, so that it can be varied and mixed; None where it lies between two.
    `understood` is what is shown, in words (of a moving picture, one text for each of its ends); `outside`: the theme
    lies outside what the network knows, and `nearest` are up to three names that it does know. `alt` is one sentence
    for those who do not see it.
    """

    part: int
    mime: str
    digest: str
    spot: Spot | None
    understood: tuple[str, ...]
    outside: bool
    nearest: tuple[str, ...]
    alt: str


@dataclass(frozen=True, slots=True)
class Draft:
    """One of several texts that a job made, to pick from. `part` counts from 0; `digest`, `kept` and `reasons` as in `Creation`."""

    part: int
    text: str
    digest: str
    kept: bool | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Creation:
    """A finished piece, captured when it was made and never fetched again.

    `digest` is the SHA-256 of the artifact's bytes, of the first one where there are several. `prompt` is the last thing
    said to the model, with the member's words in it. `usage` counts tokens and seconds as the host reported them. `note`
    is a sentence for the member on how it was made, where there is one. `kept` says whether a text keeps its form (None:
    nobody looked), `reasons` what is amiss, a sentence each. `head` picked it from `picked_of` drafts, where one did. A text has no `pictures`; pictures have no
    `text`, and their `form` is the move that made them.

    Of a text that was asked for in several `drafts`, `text`, `digest`, `kept` and `reasons` are those of the draft that who asked
    picked, which is `choice`, at `chosen_at`; until then `choice` is None, and they are the first one's.

    `blind`: it was made since reactions decide between two adapters of its kind, and they still do, so that nobody is to see what wrote
    it.
    """

    id: str
    guild_id: int
    channel_id: int
    member_id: int
    kind: str
    form: str
    brief: Wish
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
    kept: bool | None = None
    reasons: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    head: str | None = None
    picked_of: int | None = None
    drafts: tuple[Draft, ...] = ()
    choice: int | None = None
    chosen_at: float | None = None
    blind: bool = False

    @property
    def is_open(self) -> bool:
        """Whether a draft is still to be picked, so that it is not one piece yet."""
        return len(self.drafts) > 1 and self.choice is None


@dataclass(frozen=True, slots=True)
class Delivered:
    """One message that shows a part of a job. `deleted`: it is gone, and its part is never posted again.

    `picture` is the part of the creation that a member picked out for a message of its own, else None.
    """

    job_id: str
    part: int
    channel_id: int
    message_id: int
    deleted: bool = False
    picture: int | None = None


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
