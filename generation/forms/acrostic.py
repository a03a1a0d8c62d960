"""Acrostic: the first letters of its lines spell a word."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from generation.forms.errors import InvalidBriefError
from generation.forms.form import Example, Form
from generation.forms.placing import placed
from generation.forms.plan import Line, Plan
from generation.forms.scansion import Fault, count_of_lines, judged, lines_of, syllable_fault
from generation.forms.sounds import words_of

if TYPE_CHECKING:
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief

LEAST, MOST = 2, 16  # letters
PLANNED = (4, 9)  # syllables of a line that is written
RANGE = (2, 14)  # and of one that passes
WORDS = 2  # of a line, at least


def letters_of(given: str) -> list[str]:
    """The words that are spelt, in capitals A to Z without accents.

    Raises:
        InvalidBriefError: something else is in them, or they are too short or too long.
    """
    folded = unicodedata.normalize("NFKD", given.upper())
    words = "".join(char for char in folded if not unicodedata.combining(char)).replace("-", " ").replace("'", "").replace("’", "").split()  # fmt: skip
    spelt = "".join(words)
    if not spelt:
        raise InvalidBriefError("An acrostic needs a word that its lines spell.")
    if not (spelt.isascii() and spelt.isalpha()):
        raise InvalidBriefError(f"An acrostic spells letters from A to Z, and “{given[:40]}” has others.")
    if len(spelt) < LEAST:
        raise InvalidBriefError(f"An acrostic needs a word of {LEAST} letters at least.")
    if len(spelt) > MOST:
        raise InvalidBriefError(
            f"An acrostic spells {MOST} letters at most; “{given[:20]}…” has {len(spelt)}."
        )
    return words


def plan(brief: Brief, seed: int) -> Plan:
    """A line of 4 to 9 syllables for each letter, a space between words."""
    words = letters_of(brief.given)
    lines = [Line(*PLANNED, begins=letter, words=WORDS) for word in words for letter in word]
    ends = [sum(map(len, words[: n + 1])) for n in range(len(words) - 1)]
    verse = placed(lines, brief.must, seed, "an acrostic")
    return Plan("latin", verse, capitals=True, final_stop=True, breaks=tuple(ends))


def check(text: str, brief: Brief) -> Verdict:
    """A line of two words at least, and 14 syllables at most, for each letter of the word, beginning with it."""
    wanted = "".join(letters_of(brief.given))
    lines = lines_of(text)
    faults = []
    for n, letter in enumerate(wanted, 1):
        line = lines[n - 1] if n <= len(lines) else ""
        if not line:
            faults.append(Fault(f"There is no line {n}; it should begin with {letter}."))
        elif first_letter(line) != letter:
            faults.append(
                Fault(f"Line {n} begins with {first_letter(line) or 'no letter'}; {letter} is wanted.", 0.3)
            )
        elif len(words_of(line)) < WORDS:
            faults.append(Fault(f"Line {n} has a single word.", 0.5))
        elif fault := syllable_fault(n, line, *RANGE):
            faults.append(fault)
    if len(lines) > len(wanted):
        faults.append(Fault(count_of_lines(len(lines), str(len(wanted))), 0.5))
    return judged(faults, sum(1 - fault.worth for fault in faults) / len(wanted))


def first_letter(line: str) -> str:
    """The first letter of `line`, a capital without its accent; "" where there is none."""
    for char in unicodedata.normalize("NFKD", line):
        if char.isalpha():
            return char.upper()
    return ""


FORM = Form(
    name="acrostic",
    kind="verse",
    title="Acrostic",
    description="the first letters of its lines spell a word of yours",
    ask="an acrostic: each line begins with the next letter of the word",
    check=check,
    tokens={"short": 160, "medium": 160, "long": 160},
    examples=(
        Example(
            "the word SALT, a day at the sea",
            "Shoes in one hand, I walk the tide line.\n"
            "A gull has taken my lunch.\n"
            "Low clouds, no swimmers,\n"
            "The whole wide beach to be angry on.",
        ),
        Example(
            "the word SALT, a leaking roof",
            "Six cups are out on the floor.\n"
            "Aunt Rose will not let us drink.\n"
            "Later the rain plays them\n"
            "the way a child plays the piano.",
        ),
    ),
    one_piece=True,
    aliases=("acrostic poem",),
    given="word",
    language="en",
    plan=plan,
)
