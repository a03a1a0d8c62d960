"""Scene: a scene for stage or screen, with dialogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.fountain import scene_for, scene_verdict

if TYPE_CHECKING:
    from generation.forms.structure import Structure
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief

SPEECHES = {"short": (4, 8), "medium": (6, 14), "long": (10, 26)}


def structure(brief: Brief, seed: int) -> Structure:
    """One scene of 4 to 26 speeches, by its length."""
    return scene_for(brief, seed, SPEECHES, FORM.examples)


def check(text: str, _brief: Brief) -> Verdict:
    """A heading, two people who speak at least, no speech over and over, as `fountain-parser` reads it."""
    return scene_verdict(text)


FORM = Form(
    name="scene",
    kind="script",
    title="Scene",
    description="a scene for stage or screen, with dialogue",
    ask="a scene for two people. Begin with a heading in capitals such as INT. KITCHEN - NIGHT. Before each speech put the speaker's name in capitals on a line of its own",
    tokens={"short": 180, "medium": 320, "long": 600},
    examples=(
        Example(
            "two sisters sell a boat",
            "EXT. HARBOUR - MORNING\n"
            "\n"
            "An old boat on a trailer. Two sisters look at it.\n"
            "\n"
            "MARA\n"
            "He said he would bring cash.\n"
            "\n"
            "INES\n"
            "He said that about the oars.\n"
            "\n"
            "MARA\n"
            "We could keep it.\n"
            "\n"
            "INES\n"
            "We could keep looking at it. That is not the same.",
        ),
    ),
    one_piece=False,
    ask_zh="一场两个人的戏，每句话前写上人物的名字",
    check=check,
    structure=structure,
    samples=2,
)
