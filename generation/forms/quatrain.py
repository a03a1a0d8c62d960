"""Quatrain: four lines, rhyming a b a b or a a b b."""

from __future__ import annotations

from generation.forms.form import Example, Form

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
    ),
    one_piece=True,
)
