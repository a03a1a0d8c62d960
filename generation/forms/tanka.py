"""Tanka: five lines of 5, 7, 5, 7 and 7 syllables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.placing import placed
from generation.forms.plan import Line, Plan
from generation.forms.scansion import scanned

if TYPE_CHECKING:
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief


COUNTS = (5, 7, 5, 7, 7)


def plan(brief: Brief, seed: int) -> Plan:
    """Five lines, written small and without a stop."""
    lines = [Line(count, count) for count in COUNTS]
    return Plan("latin", placed(lines, brief.must, seed, "a tanka"), capitals=False, final_stop=False)


def check(text: str, _brief: Brief) -> Verdict:
    """5, 7, 5, 7 and 7 syllables."""
    return scanned(text, [(count, count) for count in COUNTS])


FORM = Form(
    name="tanka",
    kind="verse",
    title="Tanka",
    description="five lines of 5, 7, 5, 7 and 7 syllables",
    ask="a tanka of exactly five short lines: an image, then what it means to the one who sees it",
    tokens={"short": 60, "medium": 60, "long": 60},
    examples=(
        Example(
            "an old coat",
            "in the coat's pocket\n"
            "a ticket to the seaside\n"
            "nine summers ago\n"
            "I hold it up to the light\n"
            "and the sand runs out of it",
        ),
    ),
    one_piece=True,
    check=check,
    language="en",
    plan=plan,
)
