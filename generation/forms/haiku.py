"""Haiku: three lines of 5, 7 and 5 syllables, one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.placing import placed
from generation.forms.plan import Line, Plan
from generation.forms.scansion import scanned

if TYPE_CHECKING:
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief


COUNTS = (5, 7, 5)
NEARNESS = 9.0  # three short lines have no room for anything else (docs/writing.md)


def plan(brief: Brief, seed: int) -> Plan:
    """Three lines, written small and without a stop."""
    lines = [Line(count, count) for count in COUNTS]
    return Plan(
        "latin",
        placed(lines, brief.must, seed, "a haiku"),
        capitals=False,
        final_stop=False,
        nearness=NEARNESS,
    )


def check(text: str, _brief: Brief) -> Verdict:
    """5, 7 and 5 syllables."""
    return scanned(text, [(count, count) for count in COUNTS])


FORM = Form(
    name="haiku",
    kind="verse",
    title="Haiku",
    description="three lines of 5, 7 and 5 syllables, one moment",
    ask="a haiku of exactly three short lines, about one moment",
    tokens={"short": 40, "medium": 40, "long": 40},
    examples=(
        Example(
            "winter morning", "frost on the railing\nthe first bus goes by empty\nwith its lights still on"
        ),
        Example("a picnic", "ants on the blanket\ncarrying off, piece by piece,\nthe cake we forgot"),
        Example("an old phone number", "I still know by heart\nthe number of that kitchen\nnobody picks up"),
    ),
    one_piece=True,
    check=check,
    language="en",
    plan=plan,
)
