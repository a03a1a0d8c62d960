"""Free verse: no rhyme, no metre, its own line breaks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.repetition import degenerate
from generation.forms.scansion import Fault, count_of_lines, judged, lines_of
from generation.forms.structure import Option, Step, kind_of, length_of

if TYPE_CHECKING:
    from generation.forms.structure import Structure
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief

LINES = {"short": (4, 8), "medium": (7, 14), "long": (12, 26)}
LEAST = 3  # lines that pass
WRITTEN = 11  # words of a line that is written, at most
PROSE = 16  # words of the usual line; above that it is prose in lines
LONGEST = 45  # words of the longest line that passes
REFRAIN = 3  # times that a line may come
_MARKS = ("#", "*", "_", "|", "<", ">", "[", "]", "{", "}")


@dataclass(frozen=True, slots=True)
class Verses:
    """A poem that is being written line by line; `Verses(least, most)` is an empty page. No line is written twice."""

    least: int
    most: int
    count: int = 0
    written: frozenset[str] = field(default=frozenset())

    @property
    def step(self) -> Step | None:
        """The next line, after a space or not; None where there are enough."""
        if self.count == self.most:
            return None
        line = Option(
            "line", 1, WRITTEN, without=_MARKS, not_first=".,;:!?-–)]0123456789&/", taken=self.written
        )
        return Step((line,), "may" if self.count > 1 else "no", self.count >= self.least)

    def after(self, line: str) -> Verses:
        """The poem when `line` was written.

        Raises:
            ValueError: that line may not come here.
        """
        kind_of(self.step, line)
        return replace(self, count=self.count + 1, written=self.written | {line.casefold()})


def structure(brief: Brief, _seed: int) -> Structure:
    """Lines of a few words each, as many as its length has."""
    told = [*(example.text for example in FORM.examples), brief.source if brief.move == "continue" else ""]
    said = frozenset(line.casefold() for text in told for line in lines_of(text))
    return Verses(*LINES[brief.length], written=said)


def check(text: str, _brief: Brief) -> Verdict:
    """Lines, not paragraphs of prose, and no line over and over."""
    lines = lines_of(text)
    sizes = sorted(length_of(line) for line in lines)
    faults = [Fault(reason, 0.2) for reason in degenerate(text, REFRAIN)]
    if len(lines) < LEAST:
        faults.append(Fault(count_of_lines(len(lines), f"{LEAST} or more"), 0.2))
    elif sizes[len(sizes) // 2] > PROSE or sizes[-1] > LONGEST:
        faults.append(Fault(f"It is prose: a line has {sizes[-1]} words.", 0.2))
    return judged(faults, sum(1 - fault.worth for fault in faults))


FORM = Form(
    name="free verse",
    kind="verse",
    title="Free verse",
    description="no rhyme, no metre, its own line breaks",
    ask="a short poem in free verse, in short lines, with concrete images and no rhyme",
    tokens={"short": 60, "medium": 110, "long": 200},
    examples=(
        Example(
            "a kitchen at night",
            "The kettle has gone quiet.\n"
            "One plate, one fork,\n"
            "a slice of moon on the counter.\n"
            "\n"
            "I leave the light off.\n"
            "The dark knows where\n"
            "everything is kept.",
        ),
        Example(
            "a bus driver",
            "He says good morning\n"
            "to everyone, even the man\n"
            "who never answers.\n"
            "\n"
            "On Friday the man\n"
            "gets on with two coffees.",
        ),
    ),
    one_piece=False,
    ask_zh="一首现代诗",
    check=check,
    structure=structure,
    samples=4,
)
