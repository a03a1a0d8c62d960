"""Couplet: two lines that rhyme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.placing import placed
from generation.forms.plan import Line, Plan
from generation.forms.scansion import lines_of, scanned
from generation.forms.sounds import line_counts
from generation.forms.verdicts import Verdict

if TYPE_CHECKING:
    from generation.wire.jobs import Brief


METRE = "01" * 4
RANGE = (6, 14)
APART = 2  # syllables, at most, between its lines


def plan(brief: Brief, seed: int) -> Plan:
    """Two iambic lines of 8 syllables."""
    lines = [Line(len(METRE), len(METRE), "a", METRE)] * 2
    return Plan("latin", placed(lines, brief.must, seed, "a couplet"), capitals=True, final_stop=True)


def check(text: str, _brief: Brief) -> Verdict:
    """Two lines of 6 to 14 syllables that rhyme, the one at most two syllables longer than the other."""
    verdict = scanned(text, (RANGE, RANGE), ("aa",))
    lines = lines_of(text)
    if len(lines) != len("aa"):
        return verdict
    totals = [line_counts(line) for line in lines]
    apart = max((abs(a - b) for a in totals[0] for b in totals[1]), default=0)
    if apart <= APART:
        return verdict
    reason = f"One line is {apart} syllables longer than the other; {APART} are the most."
    return Verdict(False, verdict.score * 0.8, (*verdict.reasons, reason))


FORM = Form(
    name="couplet",
    kind="verse",
    title="Couplet",
    description="two lines that rhyme",
    ask="a rhyming couplet of exactly two lines",
    tokens={"short": 50, "medium": 50, "long": 50},
    examples=(
        Example(
            "candles", "The candle never asked how long the night;\nit only did the work of being bright."
        ),
        Example("the mail", "The post has come. There's one for you:\na bill, and it is overdue."),
        Example("a cat", "The cat lies down upon my chair\nand looks as if I were not there."),
    ),
    one_piece=True,
    check=check,
    language="en",
    plan=plan,
)
