"""Logline: a whole film in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.prose import sentences_of
from generation.forms.repetition import degenerate
from generation.forms.scansion import Fault, judged
from generation.forms.structure import Option, Single, length_of, stopped

if TYPE_CHECKING:
    from generation.forms.structure import Structure
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief

LEAST, MOST = 10, 50  # words that pass
WRITTEN = (14, 40)  # and of one that is written


def structure(_brief: Brief, _seed: int) -> Structure:
    """One line that is one sentence."""
    return Single(
        Option(
            "logline",
            *WRITTEN,
            sentence=True,
            stop=True,
            without=(". ", "! ", "? ", "*", "#", "_"),
            only_last="。！？",
            not_first=".,;:-–0123456789",
        )
    )


def check(text: str, _brief: Brief) -> Verdict:
    """One whole sentence of 10 to 50 words."""
    faults = [Fault(reason, 0.2) for reason in degenerate(text)]
    count = len(sentences_of(text))
    if not LEAST <= length_of(text) <= MOST:
        faults.append(Fault(f"It has {length_of(text)} words; {LEAST} to {MOST} are wanted.", 0.5))
    if not stopped(text.rstrip()):
        faults.append(Fault("It breaks off in the middle of a sentence.", 0.5))
    elif count > 1 or "\n" in text.strip():
        faults.append(Fault(f"It has {count} sentences; one is wanted.", 0.5))
    return judged(faults, sum(1 - fault.worth for fault in faults))


FORM = Form(
    name="logline",
    kind="story",
    title="Logline",
    description="a whole film in one sentence",
    ask="a logline: one sentence that tells who wants what, and what is in the way",
    tokens={"short": 60, "medium": 60, "long": 60},
    examples=(
        Example(
            "a lighthouse",
            "When the last lighthouse keeper on the coast is told to switch off the lamp, she has one night to guide home the ship that took her son.",
        ),
    ),
    one_piece=True,
    ask_zh="一句话的故事梗概",
    check=check,
    structure=structure,
    samples=4,
)
