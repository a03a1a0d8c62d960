"""Sketch: a short comic scene."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.fountain import scene_for, scene_verdict

if TYPE_CHECKING:
    from generation.forms.structure import Structure
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief

SPEECHES = {"short": (4, 8), "medium": (6, 12), "long": (10, 20)}


def structure(brief: Brief, seed: int) -> Structure:
    """One scene of 4 to 20 speeches, by its length."""
    return scene_for(brief, seed, SPEECHES, FORM.examples)


def check(text: str, _brief: Brief) -> Verdict:
    """Written as a scene is: a heading, and two people at least."""
    return scene_verdict(text)


FORM = Form(
    name="sketch",
    kind="script",
    title="Sketch",
    description="a short comic scene",
    ask="a short comic sketch for two people, with the speaker's name in capitals on a line of its own before each speech",
    tokens={"short": 180, "medium": 300, "long": 500},
    examples=(
        Example(
            "a shop",
            "INT. SHOP - DAY\n"
            "\n"
            "CUSTOMER\n"
            "Do you sell umbrellas?\n"
            "\n"
            "SHOPKEEPER\n"
            "Only the left-handed ones.\n"
            "\n"
            "CUSTOMER\n"
            "How are they different?\n"
            "\n"
            "SHOPKEEPER\n"
            "They rain on the other side.",
        ),
    ),
    one_piece=False,
    ask_zh="一段两个人的喜剧小品，每句话前写上人物的名字",
    check=check,
    structure=structure,
    samples=2,
)
