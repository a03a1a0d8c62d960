"""Sonnet: fourteen lines, rhyming a b a b c d c d e f e f g g."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.placing import placed
from generation.forms.plan import Line, Plan
from generation.forms.scansion import scanned

if TYPE_CHECKING:
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief


SCHEME = "ababcdcdefefgg"
METRE = "01" * 5
RANGE = (9, 11)  # a feminine ending has eleven


def plan(brief: Brief, seed: int) -> Plan:
    """Fourteen iambic pentameters, a space between the quatrains and before the couplet."""
    lines = [Line(len(METRE), len(METRE), rhyme, METRE) for rhyme in SCHEME]
    verse = placed(lines, brief.must, seed, "a sonnet")
    return Plan("latin", verse, capitals=True, final_stop=True, breaks=(4, 8, 12))


def check(text: str, _brief: Brief) -> Verdict:
    """Fourteen lines of 9 to 11 syllables, rhyming as Shakespeare's do."""
    return scanned(text, (RANGE,) * len(SCHEME), (SCHEME,))


FORM = Form(
    name="sonnet",
    kind="verse",
    title="Sonnet",
    description="fourteen lines, rhyming a b a b c d c d e f e f g g",
    ask="a sonnet of fourteen lines",
    tokens={"short": 260, "medium": 260, "long": 260},
    examples=(
        Example(
            "a swimming pool on the last day of summer",
            "The water slides are drained and painted white,\n"
            "The chairs are stacked beside the wooden shed,\n"
            "And someone left a jacket in the light\n"
            "That falls across the bench in squares of red.\n"
            "\n"
            "A boy climbs up the ladder one more time\n"
            "To see how far the empty blue goes down;\n"
            "He counts the steps as if it were a crime\n"
            "To be the last one leaving in the town.\n"
            "\n"
            "Tomorrow there is school and there is rain,\n"
            "The lifeguard has a job in some cafe,\n"
            "And leaves will gather in the silver drain\n"
            "The way that small things always find their way.\n"
            "\n"
            "But for a minute, standing in the sun,\n"
            "He owns the summer. Then the day is done.",
        ),
    ),
    one_piece=True,
    check=check,
    language="en",
    plan=plan,
)
