"""Tanka: five lines of 5, 7, 5, 7 and 7 syllables."""

from __future__ import annotations

from generation.forms.form import Example, Form

FORM = Form(
    name="tanka",
    kind="verse",
    title="Tanka",
    description="five lines of 5, 7, 5, 7 and 7 syllables",
    ask="a tanka of exactly five short lines: an image, then what it means to the one who sees it",
    tokens={"short": 60, "medium": 60, "long": 60},
    examples=(
        Example(
            "an old coat",
            "in the coat's pocket\n"
            "a ticket to the seaside\n"
            "nine summers ago\n"
            "I hold it up to the light\n"
            "and the sand runs out of it",
        ),
    ),
    one_piece=True,
)
