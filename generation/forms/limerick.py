"""Limerick: five funny lines that rhyme a a b b a."""

from __future__ import annotations

from generation.forms.form import Example, Form

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
            "A baker who lived by the quay\n"
            "made bread that was salty as sea.\n"
            "The gulls came to eat,\n"
            "and tapped with their feet,\n"
            "and left with a bun each, for tea.",
        ),
    ),
    one_piece=True,
)
