"""Short story: a beginning, a turn, an end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.prose import paragraphs, prose_faults, sentences_of, turns
from generation.forms.scansion import Fault, judged

if TYPE_CHECKING:
    from generation.forms.structure import Structure
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief

WORDS = {"short": (60, 150), "medium": (130, 290), "long": (280, 620)}
SENTENCES = 3  # a beginning, a turn and an end, at least


def structure(brief: Brief, _seed: int) -> Structure:
    """Paragraphs, one of which begins as a turn does; another follows it."""
    return paragraphs(brief, WORDS, FORM.examples, turn=True)


def check(text: str, brief: Brief) -> Verdict:
    """Its length kept, whole sentences, a turn between beginning and end, and no going round in circles.

    A turn is known by the words that announce one; a story that turns without them is not seen to.
    """
    faults = prose_faults(text, *WORDS[brief.length])
    if len(sentences_of(text)) < SENTENCES:
        faults.append(Fault(f"It has fewer than {SENTENCES} sentences: no beginning, turn and end.", 0.2))
    elif not turns(text):
        faults.append(Fault("Nothing in it turns: no but, until or one day between beginning and end.", 0.6))
    return judged(faults, sum(1 - fault.worth for fault in faults) / 2)


FORM = Form(
    name="short story",
    kind="story",
    title="Short story",
    description="a beginning, a turn, an end",
    ask="a short story with a beginning, a turn and an end",
    tokens={"short": 220, "medium": 420, "long": 900},
    examples=(
        Example(
            "an old clockmaker",
            "For forty years Abel opened the clock shop at nine and closed it at five.\n"
            "\n"
            "One day a girl brought him a watch that ran backwards. “Can you fix it?” she asked.\n"
            "\n"
            "He held it to his ear for a long time. In its ticking he heard the kettle, the radio, his wife laughing in the next room.\n"
            "\n"
            "“No,” he said. “But I can show you how to wind it.”",
        ),
    ),
    one_piece=False,
    ask_zh="一篇短篇故事，有开头、转折和结尾",
    check=check,
    structure=structure,
    samples=4,
)
