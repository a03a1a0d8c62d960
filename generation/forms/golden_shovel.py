"""Golden shovel: the last words of its lines, read downwards, are a line of somebody's. After Terrance Hayes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.errors import InvalidBriefError
from generation.forms.form import Example, Form
from generation.forms.placing import first_count, placed
from generation.forms.plan import Line, Plan
from generation.forms.scansion import Fault, count_of_lines, judged, last_word, lines_of, syllable_fault
from generation.forms.sounds import counts, words_of

if TYPE_CHECKING:
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief

LEAST, MOST = 2, 16  # words
BEFORE = 3  # syllables that a line has before its last word, at least
LONGEST = 10  # syllables of a line that is written, more where its last word is long
RANGE = (1, 16)  # syllables of a line that passes


def ends_of(given: str) -> list[str]:
    """The words that the lines end on, as written.

    Raises:
        InvalidBriefError: they are too few or too many, or one cannot be spoken of in syllables.
    """
    words = words_of(given)
    if len(words) < LEAST:
        raise InvalidBriefError(f"A golden shovel needs a line of {LEAST} words at least.")
    if len(words) > MOST:
        raise InvalidBriefError(
            f"A golden shovel takes a line of {MOST} words at most; that one has {len(words)}."
        )
    for word in words:
        if not counts(word):
            raise InvalidBriefError(
                f"I cannot count the syllables of “{word[:40]}”; write the line in English words."
            )
    return words


def plan(brief: Brief, seed: int) -> Plan:
    """A line for each word, of 10 syllables at most."""
    lines = [
        Line(first_count(word) + BEFORE, max(LONGEST, first_count(word) + BEFORE + 2), ends_with=word)
        for word in ends_of(brief.given)
    ]
    return Plan("latin", placed(lines, brief.must, seed, "a golden shovel"), capitals=False, final_stop=True)


def check(text: str, brief: Brief) -> Verdict:
    """A line for each word of the given one, ending on it."""
    wanted = ends_of(brief.given)
    lines = lines_of(text)
    faults = []
    for n, word in enumerate(wanted, 1):
        line = lines[n - 1] if n <= len(lines) else ""
        if not line:
            faults.append(Fault(f"There is no line {n}; it should end on “{word}”."))
        elif last_word(line).casefold() != word.casefold():
            faults.append(Fault(f"Line {n} ends on “{last_word(line)}”; “{word}” is wanted.", 0.3))
        elif fault := syllable_fault(n, line, *RANGE):
            faults.append(fault)
    if len(lines) > len(wanted):
        faults.append(Fault(count_of_lines(len(lines), str(len(wanted))), 0.5))
    return judged(faults, sum(1 - fault.worth for fault in faults) / len(wanted))


FORM = Form(
    name="golden shovel",
    kind="verse",
    title="Golden shovel",
    description="its lines end on the words of a line of yours",
    ask="a golden shovel: each line ends with the next word of the given line",
    check=check,
    tokens={"short": 200, "medium": 200, "long": 200},
    examples=(
        Example(
            "the line “the tea is cold”, waiting",
            "I have read every page in the\npaper twice, and poured the last of the tea,\nand the chair across from me is\nempty, and the toast is cold.",
        ),
    ),
    one_piece=True,
    given="line",
    language="en",
    plan=plan,
)
