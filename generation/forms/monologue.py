"""Monologue: one person speaks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.fountain import monologue_for, screenplay
from generation.forms.prose import prose_faults
from generation.forms.scansion import Fault, judged

if TYPE_CHECKING:
    from generation.forms.structure import Structure
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief

WORDS = {"short": (50, 100), "medium": (90, 170), "long": (160, 290)}
_SELF = re.compile(r"\b(?:I|me|my|mine|myself|we|us|our)\b|[我咱俺]")


def structure(brief: Brief, seed: int) -> Structure:
    """A heading, one cue, and what that one person says."""
    return monologue_for(brief, seed, WORDS)


def check(text: str, brief: Brief) -> Verdict:
    """Its length kept, whole sentences, one speaker (named or not) who says I, and no going round in circles."""
    faults = prose_faults(text, *WORDS[brief.length])
    speakers = screenplay(text).character_names
    if len(speakers) > 1:
        faults.append(Fault(f"{len(speakers)} people speak ({', '.join(speakers[:3])}); one is wanted.", 0.4))
    if not _SELF.search(text):
        faults.append(Fault("Nobody in it says I.", 0.5))
    return judged(faults, sum(1 - fault.worth for fault in faults) / 2)


FORM = Form(
    name="monologue",
    kind="script",
    title="Monologue",
    description="one person speaks",
    ask="a monologue: a heading in capitals such as INT. KITCHEN - NIGHT, the speaker's name in capitals, then what that one person says to somebody who does not answer",
    tokens={"short": 140, "medium": 240, "long": 420},
    examples=(
        Example(
            "a laundromat",
            "INT. LAUNDROMAT - NIGHT\n"
            "\n"
            "DORA\n"
            "You can stop shaking, you know.\n"
            "I only came in to get warm, and you were the one machine still running.\n"
            "My husband used to hum like that, before he said anything true.\n"
            "So go on.\n"
            "I have six coins left, and nobody is waiting for the dryer.\n"
            "Tell me what you did with all those socks.",
        ),
    ),
    one_piece=False,
    ask_zh="一段独白，一个人在说话",
    check=check,
    structure=structure,
    samples=4,
)
