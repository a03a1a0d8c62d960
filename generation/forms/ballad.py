"""Ballad: a story in verse, in four-line stanzas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.placing import placed
from generation.forms.plan import Line, Plan
from generation.forms.scansion import lines_of, scanned

if TYPE_CHECKING:
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief


STANZAS = {"short": 2, "medium": 3, "long": 5}
MOST = 12  # stanzas that are checked as a ballad's
LONG, SHORT = "01" * 4, "01" * 3
RANGES = ((7, 10), (5, 8), (7, 10), (5, 8))


def plan(brief: Brief, seed: int) -> Plan:
    """Stanzas of 8, 6, 8 and 6 syllables, each with one rhyme, of its second and fourth line."""
    metres = (LONG, SHORT, LONG, SHORT)
    lines = [
        Line(len(metre), len(metre), "abcdefgh"[stanza] if metre is SHORT else "", metre)
        for stanza in range(STANZAS[brief.length])
        for metre in metres
    ]
    verse = placed(lines, brief.must, seed, "a ballad")
    return Plan("latin", verse, capitals=True, final_stop=True, breaks=tuple(range(4, len(verse), 4)))


def check(text: str, _brief: Brief) -> Verdict:
    """At least two stanzas of four lines, 7 to 10 syllables and 5 to 8 in turn, the short ones rhyming."""
    stanzas = min(max(round(len(lines_of(text)) / 4), 2), MOST)
    scheme = "".join(f".{letter}.{letter}" for letter in "abcdefghijkl"[:stanzas])
    return scanned(text, RANGES * stanzas, (scheme,))


FORM = Form(
    name="ballad",
    kind="verse",
    title="Ballad",
    description="a story in verse, in four-line stanzas",
    ask="a ballad that tells a story in stanzas of four lines",
    tokens={"short": 120, "medium": 220, "long": 360},
    examples=(
        Example(
            "a ferry at night",
            "The ferry ran on Sunday nights\n"
            "From harbor to the hill,\n"
            "And no one ever saw the man\n"
            "Who kept it running still.\n"
            "\n"
            "One night I paid a silver coin\n"
            "And stood beside the rail;\n"
            "The river held its breath for us,\n"
            "The moon was thin and pale.",
        ),
    ),
    one_piece=False,
    check=check,
    language="en",
    plan=plan,
)
