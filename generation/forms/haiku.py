"""Haiku: three lines of 5, 7 and 5 syllables, one moment."""

from __future__ import annotations

from generation.forms.form import Example, Form

FORM = Form(
    name="haiku",
    kind="verse",
    title="Haiku",
    description="three lines of 5, 7 and 5 syllables, one moment",
    ask="a haiku of exactly three short lines, about one moment",
    tokens={"short": 40, "medium": 40, "long": 40},
    examples=(
        Example(
            "winter morning", "frost on the railing\nthe first bus goes by empty\nwith its lights still on"
        ),
    ),
    one_piece=True,
)
