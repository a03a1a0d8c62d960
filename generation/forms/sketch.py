"""Sketch: a short comic scene."""

from __future__ import annotations

from generation.forms.form import Example, Form

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
)
