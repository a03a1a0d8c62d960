"""Quatrain: four lines, rhyming a b a b or a a b b."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.placing import placed
from generation.forms.plan import Line, Plan
from generation.forms.scansion import scanned

if TYPE_CHECKING:
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief


SCHEMES = ("abab", "aabb")
METRE = "01" * 4
RANGE = (4, 14)


def plan(brief: Brief, seed: int) -> Plan:
    """Four iambic lines of 8 syllables; an odd seed rhymes them a a b b."""
    lines = [Line(len(METRE), len(METRE), rhyme, METRE) for rhyme in SCHEMES[seed % 2]]
    return Plan("latin", placed(lines, brief.must, seed, "a quatrain"), capitals=True, final_stop=True)


def check(text: str, _brief: Brief) -> Verdict:
    """Four lines of 4 to 14 syllables that rhyme a b a b or a a b b."""
    return scanned(text, (RANGE,) * 4, SCHEMES)


FORM = Form(
    name="quatrain",
    kind="verse",
    title="Quatrain",
    description="four lines, rhyming a b a b or a a b b",
    ask="a quatrain of exactly four lines, rhyming a b a b",
    tokens={"short": 80, "medium": 80, "long": 80},
    examples=(
        Example(
            "a garden wall",
            "The wall is old, the moss is new,\n"
            "the roses lean across;\n"
            "they tell the stones what roses do,\n"
            "and leave them to the moss.",
        ),
        Example(
            "the house next door",
            "The neighbours moved away today;\n"
            "their swing is hanging by the gate.\n"
            "My son still asks them out to play,\n"
            "and stands beside it till it's late.",
        ),
    ),
    one_piece=True,
    check=check,
    language="en",
    plan=plan,
)
