"""Character sheet: a person in a few lines: wants, fears, habits."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.repetition import degenerate
from generation.forms.scansion import Fault, count_of_lines, judged, lines_of
from generation.forms.structure import Option, Step, kind_of

if TYPE_CHECKING:
    from generation.forms.structure import Structure
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief

LABELS = ("Name", "Age", "Work", "Wants", "Fears", "Habit", "Secret")
LABELS_ZH = ("姓名", "年龄", "职业", "愿望", "恐惧", "习惯", "秘密")
LINE = 24  # words of a line, at most


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that is being filled in, from the top; `labels` are those to come."""

    labels: tuple[str, ...]
    written: frozenset[str] = field(default=frozenset())

    @property
    def step(self) -> Step | None:
        """The line of the next label; None where the sheet is full."""
        if not self.labels:
            return None
        return Step(
            (
                Option(
                    self.labels[0],
                    2,
                    LINE,
                    (self.labels[0],),
                    without=("*", "#", "_", "[", "|"),
                    taken=self.written,
                ),
            )
        )

    def after(self, line: str) -> Sheet:
        """The sheet when `line` was written.

        Raises:
            ValueError: it is not the line of the next label.
        """
        kind_of(self.step, line)
        return replace(self, labels=self.labels[1:], written=self.written | {line.casefold()})


def structure(brief: Brief, _seed: int) -> Structure:
    """A line for each label, in order."""
    return Sheet(
        tuple(f"{label}：" for label in LABELS_ZH)
        if brief.language == "zh"
        else tuple(f"{label}: " for label in LABELS)
    )


def check(text: str, brief: Brief) -> Verdict:
    """Each label once, in order, each with something after it that no other has."""
    labels = LABELS_ZH if brief.language == "zh" else LABELS
    lines = lines_of(text)
    faults = [Fault(reason, 0.2) for reason in degenerate(text)]
    found = [re.split("[:：]", line, maxsplit=1) for line in lines]
    heads = [head.strip("*# ").casefold() for head, *_ in found]
    for label in labels:
        at = [rest for head, (_, *rest) in zip(heads, found, strict=True) if head == label.casefold()]
        if not at:
            faults.append(Fault(f"The line “{label}” is missing."))
        elif len(at) > 1:
            faults.append(Fault(f"There are {len(at)} lines “{label}”; one is wanted.", 0.5))
        elif not at[0] or not at[0][0].strip():
            faults.append(Fault(f"Nothing stands after “{label}”."))
    order = [head for head in heads if head in [label.casefold() for label in labels]]
    if not faults and order != [label.casefold() for label in labels]:
        faults.append(Fault(f"Its lines are not in the order {', '.join(labels)}.", 0.7))
    if len(lines) > len(labels) and not faults:
        faults.append(Fault(count_of_lines(len(lines), str(len(labels))), 0.7))
    return judged(faults, sum(1 - fault.worth for fault in faults) / len(labels))


FORM = Form(
    name="character sheet",
    kind="story",
    title="Character sheet",
    description="a person in a few lines: wants, fears, habits",
    ask="a character sheet with the lines Name, Age, Work, Wants, Fears, Habit and Secret",
    tokens={"short": 120, "medium": 180, "long": 260},
    examples=(
        Example(
            "a night porter",
            "Name: Tomas Reed\n"
            "Age: 58\n"
            "Work: Night porter at the Grand, since it was grand\n"
            "Wants: One guest to stay a whole year\n"
            "Fears: The revolving door\n"
            "Habit: Winds every clock, including the stopped one\n"
            "Secret: He has a room on the top floor that nobody booked",
        ),
    ),
    one_piece=True,
    ask_zh="一份人物小传",
    check=check,
    structure=structure,
    samples=2,
)
