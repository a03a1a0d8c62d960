"""Limerick: five funny lines that rhyme a a b b a."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.placing import placed
from generation.forms.plan import Line, Plan
from generation.forms.scansion import scanned

if TYPE_CHECKING:
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief


SCHEME = "aabba"
LONG, SHORT = "01001001", "01001"  # anapaests, the first of each line a syllable short
RANGES = ((7, 10), (7, 10), (5, 7), (5, 7), (7, 10))


def plan(brief: Brief, seed: int) -> Plan:
    """Lines of 8, 8, 5, 5 and 8 syllables in anapaests."""
    metres = (LONG, LONG, SHORT, SHORT, LONG)
    lines = [Line(len(metre), len(metre), rhyme, metre) for metre, rhyme in zip(metres, SCHEME, strict=True)]
    return Plan("latin", placed(lines, brief.must, seed, "a limerick"), capitals=True, final_stop=True)


def check(text: str, _brief: Brief) -> Verdict:
    """Two long lines, two short ones, a long one, rhyming a a b b a; 7 to 10 syllables are long and 5 to 7 are short."""
    return scanned(text, RANGES, (SCHEME,))


FORM = Form(
    name="limerick",
    kind="verse",
    title="Limerick",
    description="five funny lines that rhyme a a b b a",
    ask="a funny limerick of exactly five lines, rhyming a a b b a",
    tokens={"short": 80, "medium": 80, "long": 80},
    examples=(
        Example(
            "a baker",
            "A baker who lived by the bay\n"
            "made bread that went stale in a day.\n"
            "The gulls came to eat,\n"
            "and tapped with their feet,\n"
            "and carried the oven away.",
        ),
        Example(
            "a plumber in Peru",
            "A plumber who came from Peru\n"
            "once mended a pipe with some glue.\n"
            "It lasted till four,\n"
            "then went through the door,\n"
            "and so did the plumber's left shoe.",
        ),
        Example(
            "a ghost with a cold",
            "A ghost with a terrible cold\n"
            "went haunting a castle of old.\n"
            "Her moan was a sneeze;\n"
            "she asked, “Tissues, please,”\n"
            "and no one was scared, I am told.",
        ),
    ),
    one_piece=True,
    check=check,
    language="en",
    plan=plan,
)
