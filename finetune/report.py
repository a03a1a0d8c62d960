"""The report of a training, as frozen records: what was measured, what may not serve and why. Torch-free, so that the studio reads it.

`report.json` is `Report.to_json()`; `finetune.report_picture` draws the same for a moderator.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from generation import whole
from generation.wire.reading import InvalidJobError, read

if TYPE_CHECKING:
    from pathlib import Path

JSON, PNG = "report.json", "report.png"
Verdict = Literal["passed", "waivable", "refused"]


class ReportError(Exception):
    """A report that cannot be read; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition. `value` is the candidate's, `incumbent` that of what serves (None: it has none), `bound` what the value
    has to keep to. One that is `waivable` a moderator may let pass, in the log, by name. `sentence` says all of it.
    """

    name: str
    value: float
    incumbent: float | None
    bound: float
    passed: bool
    waivable: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Side:
    """What serves and the candidate, asked for the same with the same seed."""

    form: str
    theme: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Point:
    """A loss after `step` steps."""

    step: int
    loss: float


@dataclass(frozen=True, slots=True)
class Report:
    """A training that is over. `adapter` is the candidate's digest, None where none was made or none may serve; `refusal` says
    why there is none, where no gate does. `serves` are the forms that it learnt. `seconds` are those of each phase, in turn. `share` is how much of the way that it
    learnt to go the candidate went (`finetune.reach`). `told` is how much of what the head judges by can be told token by token
    (`finetune.values`); `more` and `less` are the words that are worth most and least to it.
    """

    kind: str
    objective: str
    snapshot: str
    base: str
    parent: str | None
    head: str | None
    adapter: str | None
    serves: tuple[str, ...]
    liked: int
    disliked: int
    voters: int
    held_out: int
    pairs: int
    steps: int
    gates: tuple[Gate, ...]
    samples: tuple[Side, ...]
    losses: tuple[Point, ...]
    held_out_losses: tuple[Point, ...]
    seconds: dict[str, float]
    made_at: float
    refusal: str = ""
    share: float = 1.0
    told: float = 0.0
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Whether it may serve, may when a moderator waives what failed, or may not."""
        failed = [gate for gate in self.gates if not gate.passed]
        if self.refusal or any(not gate.waivable for gate in failed):
            return "refused"
        return "waivable" if failed else "passed"

    @property
    def broken(self) -> tuple[str, ...]:
        """The names of the gates that refuse it, which nobody can waive."""
        return tuple(gate.name for gate in self.gates if not gate.passed and not gate.waivable)

    @property
    def to_waive(self) -> tuple[str, ...]:
        """The names of the gates that stand between it and serving, where they can be waived."""
        return tuple(gate.name for gate in self.gates if not gate.passed and gate.waivable)

    @property
    def sentence(self) -> str:
        """The outcome for people."""
        failed = [gate.sentence for gate in self.gates if not gate.passed]
        match self.verdict:
            case "passed":
                return "It passed every gate."
            case "waivable":
                return f"It may serve if a moderator lets it: {' '.join(failed)}"
            case _:
                return self.refusal or f"It may not serve: {' '.join(failed)}"

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "verdict": self.verdict, "sentence": self.sentence}


def save(report: Report, folder: Path) -> Path:
    """Write `folder`/report.json, whole or not at all. Raises OSError."""
    whole.put(folder / JSON, json.dumps(report.to_json(), ensure_ascii=False, indent=1).encode())
    return folder / JSON


def load(file: Path) -> Report:
    """Raises ReportError: it is none, or none that can be read."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(told, dict):
            told.pop("verdict", None)
            told.pop("sentence", None)
        report: Report = read(Report, told)
    except (OSError, ValueError, RecursionError, InvalidJobError) as error:
        raise ReportError(f"The report {file.name} cannot be read: {error}.") from error
    return report
