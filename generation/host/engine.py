"""The seam between the host's loop and whatever makes things.

An engine is synchronous, single-threaded and has no line of its own: the loop in `generation.host` pulls jobs
from the queue that the engine has room for, starts them, and steps it; every job that started leaves through
exactly one `Finished` or `Broken`, or through `cancel`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.wire.events import FailureKind
    from generation.wire.jobs import Job


NO_PICTURES = "No pictures are made here."  # what an engine of texts says to a picture's job


@dataclass(frozen=True, slots=True)
class Output:
    """The bytes of one finished part."""

    mime: str
    data: bytes
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Grew:
    """A part's whole text so far, after a step. `tokens` were spent in this step (input ones at the first)."""

    job_id: str
    part: int
    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The job is made. `model` and `adapter` name what made it (adapter None: the base model).

    Of a job that names a head, an engine that has come to several pieces gives them all, the best by its own lights first, each
    an output: `host.picking` takes one.
    """

    job_id: str
    outputs: tuple[Output, ...]
    prompt_tokens: int
    output_tokens: int
    model: str
    adapter: str | None


@dataclass(frozen=True, slots=True)
class Broken:
    """The job alone failed; the engine goes on."""

    job_id: str
    kind: FailureKind
    sentence: str


Progress = Grew | Finished | Broken


@dataclass(frozen=True, slots=True)
class Cost:
    """What a job is expected to spend, in tokens, before it runs.

    `choices` is how many pieces it will come to that are worth choosing between, where it names a head.
    """

    prompt_tokens: int
    output_tokens: int
    choices: int = 1


class Engine(Protocol):
    """What a generation host steps. Called from one thread only."""

    def cost(self, job: Job) -> Cost:
        """What `job` is expected to spend.

        Raises:
            RefusedError: this engine can never do the job; the sentence says why.
        """

    def fits(self, job: Job) -> bool:
        """Whether there is room to start `job` now."""

    def start(self, job: Job) -> None:
        """Take `job` in; its first step does the prefill. Only after `fits` said yes."""

    def step(self) -> Sequence[Progress]:
        """Advance every started job by one boundary (a token, a picture). Never blocks on anything else."""

    def cancel(self, job_id: str) -> None:
        """Drop a started job at once; it is not reported again. Unknown ids are ignored."""

    def stats(self) -> dict[str, Any]:
        """What is true now, as JSON: at least `model`, `dtype`, `threads`, `running` jobs, and `room` for rows."""


class RefusedError(Exception):
    """A job that this engine can never do. `kind` and the message go to the member."""

    def __init__(self, kind: FailureKind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind: FailureKind = kind
