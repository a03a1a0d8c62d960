"""What is asked of a generation host: the frozen vocabulary of one job.

A job carries its whole terms, so that the host can enforce policy without knowing guilds, members or
settings: tenants and members are opaque keys here. How a brief becomes a prompt is the host's business
(`generation.forms`); what happens to the result is the studio's.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from generation.wire.reading import InvalidJobError, read

if TYPE_CHECKING:
    from collections.abc import Mapping

JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
SEEDS = 2**31
THEME_LIMIT = 1000
TONE_LIMIT = 200
SOURCE_LIMIT = 20_000
TOKENS_LIMIT = 100_000
STOPS_LIMIT, STOP_LIMIT = 8, 60
SAMPLES_LIMIT = 16
DRAFTS_LIMIT = 3
ADAPTER_LIMIT = 100
BASE = "base"  # in the place of an adapter: none, not even a starter
MUST_LIMIT, MUST_WORD_LIMIT = 6, 40
GIVEN_LIMIT = 300
WISH_LIMIT = 300

PICTURES_LIMIT = 4
STEPS_LEAST, STEPS_LIMIT = 2, 9
AWAY_LIMIT = 16
STYLE_LIMIT = 40

Kind = Literal["text", "picture"]
Length = Literal["short", "medium", "long"]
Move = Literal["new", "vary", "continue", "shorter", "warmer", "adjust"]
Language = Literal["", "en", "zh"]
PictureMove = Literal["new", "vary", "mix", "morph"]
WhenAdapterIsBad = Literal["base", "fail"]


@dataclass(frozen=True, slots=True)
class Brief:
    """What a member asked for, as data. Its texts are data, never control.

    `source` is the text of the piece that every move but `new` starts from, else empty. `wish` is what an `adjust` asks
    for, in a member's words. `must` are words that the piece has to hold. `given` is what its form is built on: an
    acrostic's word, a line to find. `language` is the one to write in; empty: the model's own.
    """

    form: str
    theme: str
    tone: str = ""
    length: Length = "medium"
    move: Move = "new"
    source: str = ""
    must: tuple[str, ...] = ()
    given: str = ""
    language: Language = ""
    wish: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a picture lies in the network's space, replayable for ever.

    That is the words as typed, the name of a style (`generation.forms.pictures`; empty: any), the seed of its z, and the
    seeds of the steps that each `vary` took away from there.
    """

    theme: str
    style: str = ""
    seed: int = 0
    away: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PictureBrief:
    """The pictures that a member asked for.

    `new` makes `count` (1 to 4) at one spot, with the seeds `seed`, `seed + 1`, … (mod 2**31). `vary` makes `count` that
    each lie a step away from its one spot, by the job's seed and those after it. `mix` goes from the first of two spots
    to the second in `count` (2 to 9) pictures; `morph` moves between its two in one picture, there and back.
    """

    move: PictureMove
    spots: tuple[Spot, ...]
    count: int = 1


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn. `max_tokens` bounds the piece; 0 takes the form's own bound for its length.

    The piece ends before the first of the texts in `stop` that comes up. `n` samples are made, each a part of its own.
    """

    temperature: float = 0.8
    top_p: float = 0.95
    top_k: int = 0
    min_p: float = 0.02
    repetition_penalty: float = 1.1
    max_tokens: int = 0
    stop: tuple[str, ...] = ()
    n: int = 1


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed when the job was asked; frozen then.

    `weight` scales the tenant's share (> 0); `priority` (-100 to 100) orders a tenant's own jobs: 0 is a member's wish,
    higher is more urgent, by the rule in `generation.queue.fair`; `deadline` is in Unix seconds, after which nobody
    wants the result (None: never). A bad adapter is done without ("base": what is made where none is named, a form's starter or the
    base model), or the job fails.
    """

    weight: float = 1.0
    priority: int = 0
    deadline: float | None = None
    safety: str = "standard"
    when_adapter_is_bad: WhenAdapterIsBad = "base"


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to make. `asked_at` is in Unix seconds, as first asked, and survives resubmission.

    A job of kind `text` has a `brief`, one of kind `picture` has a `picture`; the other is None. `seed` is in [0, 2**31).
    `model` of None means the host's default. `adapter` names one by its digest; None means the starter that the host has
    for this form on its model, if there is one, and "base" the model alone. `head` names by its digest what picks the best of
    several drafts; None: nothing does. `drafts` (1 to 3) are different pieces of a text, each a part, for a member to pick from; there may
    be fewer where some came to the same, or to nothing.
    """

    id: str
    kind: Kind
    tenant: str
    member: str
    asked_at: float
    brief: Brief | None
    seed: int
    picture: PictureBrief | None = None
    sampling: Sampling = field(default_factory=Sampling)
    terms: Terms = field(default_factory=Terms)
    model: str | None = None
    adapter: str | None = None
    head: str | None = None
    drafts: int = 1

    @property
    def text_brief(self) -> Brief:
        """The brief, where the job is known to be a text's."""
        assert self.brief is not None
        return self.brief

    @property
    def picture_brief(self) -> PictureBrief:
        """What is asked for, where the job is known to be a picture's."""
        assert self.picture is not None
        return self.picture

    @property
    def named_adapter(self) -> str | None:
        """The adapter that is asked for by name, where one is."""
        return None if self.adapter == BASE else self.adapter

    @property
    def form(self) -> str:
        """What sort of thing it makes, in a word: a text's form, a picture's move."""
        return self.picture.move if self.picture is not None else self.text_brief.form

    def to_json(self) -> dict[str, Any]:
        """All of it, but `drafts` where it is one piece that is wanted: an older host knows no such field."""
        said = asdict(self)
        if self.drafts == 1:
            del said["drafts"]
        return said

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Job:
        """Build a job from decoded JSON.

        Raises:
            InvalidJobError: an unknown or missing field, a wrong type, or a value out of range.
        """
        job: Job = read(cls, data)
        _check(job)
        return job


THEME_RULE = f"A theme has 1 to {THEME_LIMIT} characters."
# spots, the least and most that are made, and that in words
_MOVES: dict[PictureMove, tuple[int, int, int, str]] = {
    "new": (1, 1, PICTURES_LIMIT, f"New pictures are 1 to {PICTURES_LIMIT}, at one spot."),
    "vary": (1, 1, PICTURES_LIMIT, f"Variations are 1 to {PICTURES_LIMIT}, of one spot."),
    "mix": (2, STEPS_LEAST, STEPS_LIMIT, f"A mix has two spots and {STEPS_LEAST} to {STEPS_LIMIT} pictures."),
    "morph": (2, 1, 1, "A morph is one picture between two spots."),
}

Rule = tuple[bool, str]  # whether it holds, and the sentence where it does not


def _check(job: Job) -> None:
    """Ranges that types cannot say."""
    rules = _job_rules(job)
    if job.brief is not None:
        rules += _brief_rules(job.brief)
    if job.picture is not None:
        rules += _picture_rules(job.picture)
    for holds, sentence in rules:
        if not holds:
            raise InvalidJobError(sentence)


def _job_rules(job: Job) -> list[Rule]:
    sampling, terms = job.sampling, job.terms
    return [
        (JOB_ID.fullmatch(job.id) is not None, "A job's id is 1 to 64 letters, digits, - or _."),
        (
            job.kind != "text" or (job.brief is not None and job.picture is None),
            "A job of kind text has a brief and no picture.",
        ),
        (
            job.kind != "picture" or (job.picture is not None and job.brief is None),
            "A job of kind picture has a picture and no brief.",
        ),
        (0 <= job.seed < SEEDS, f"A seed is from 0 to {SEEDS - 1}."),
        (
            job.adapter is None or 0 < len(job.adapter) <= ADAPTER_LIMIT,
            f"An adapter is named by its digest, or base, in at most {ADAPTER_LIMIT} characters.",
        ),
        (
            job.head is None or 0 < len(job.head) <= ADAPTER_LIMIT,
            f"A head is named by its digest, in at most {ADAPTER_LIMIT} characters.",
        ),
        (0.0 <= sampling.temperature <= 5.0, "A temperature is from 0 to 5."),
        (0.0 < sampling.top_p <= 1.0, "top_p is above 0 and at most 1."),
        (sampling.top_k >= 0, "top_k is 0 (off) or more."),
        (0.0 <= sampling.min_p < 1.0, "min_p is from 0 to below 1."),
        (0.1 <= sampling.repetition_penalty <= 10.0, "A repetition penalty is from 0.1 to 10."),
        (
            0 <= sampling.max_tokens <= TOKENS_LIMIT,
            f"max_tokens is from 0 (the form's own) to {TOKENS_LIMIT}.",
        ),
        (
            len(sampling.stop) <= STOPS_LIMIT and all(0 < len(stop) <= STOP_LIMIT for stop in sampling.stop),
            f"There are at most {STOPS_LIMIT} stop texts, of 1 to {STOP_LIMIT} characters.",
        ),
        (1 <= sampling.n <= SAMPLES_LIMIT, f"n is from 1 to {SAMPLES_LIMIT}."),
        (1 <= job.drafts <= DRAFTS_LIMIT, f"There are 1 to {DRAFTS_LIMIT} drafts."),
        (job.drafts == 1 or (job.kind == "text" and sampling.n == 1), "Drafts are of a text, and n is 1."),
        (0.0 < terms.weight <= 1000.0, "A weight is above 0 and at most 1000."),
        (abs(terms.priority) <= 100, "A priority is from -100 to 100."),
    ]


def _brief_rules(brief: Brief) -> list[Rule]:
    return [
        (0 < len(brief.theme) <= THEME_LIMIT, THEME_RULE),
        (len(brief.tone) <= TONE_LIMIT, f"A tone has at most {TONE_LIMIT} characters."),
        (len(brief.source) <= SOURCE_LIMIT, f"A source has at most {SOURCE_LIMIT} characters."),
        (
            len(brief.must) <= MUST_LIMIT and all(0 < len(word) <= MUST_WORD_LIMIT for word in brief.must),
            f"There are at most {MUST_LIMIT} words to include, of 1 to {MUST_WORD_LIMIT} characters.",
        ),
        (len(brief.given) <= GIVEN_LIMIT, f"A line has at most {GIVEN_LIMIT} characters."),
        (len(brief.wish) <= WISH_LIMIT, f"A wish for a piece has at most {WISH_LIMIT} characters."),
    ]


def _picture_rules(picture: PictureBrief) -> list[Rule]:
    spots, least, most, sentence = _MOVES[picture.move]
    rules = [(len(picture.spots) == spots and least <= picture.count <= most, sentence)]
    for spot in picture.spots:
        steps = len(spot.away) + (picture.move == "vary")
        rules += [
            (0 < len(spot.theme) <= THEME_LIMIT, THEME_RULE),
            (len(spot.style) <= STYLE_LIMIT, f"A style has at most {STYLE_LIMIT} characters."),
            (0 <= spot.seed < SEEDS, f"A spot's seed is from 0 to {SEEDS - 1}."),
            (all(0 <= seed < SEEDS for seed in spot.away), f"A step away has a seed from 0 to {SEEDS - 1}."),
            (steps <= AWAY_LIMIT, f"A picture is varied at most {AWAY_LIMIT} times in a row."),
        ]
    return rules


__all__ = [
    "BASE",
    "DRAFTS_LIMIT",
    "JOB_ID",
    "SEEDS",
    "Brief",
    "InvalidJobError",
    "Job",
    "Kind",
    "Language",
    "Length",
    "Move",
    "PictureBrief",
    "PictureMove",
    "Sampling",
    "Spot",
    "Terms",
]
