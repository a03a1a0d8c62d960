"""Free verse: no rhyme, no metre, its own line breaks."""

from __future__ import annotations

from generation.forms.form import Example, Form

FORM = Form(
    name="free verse",
    kind="verse",
    title="Free verse",
    description="no rhyme, no metre, its own line breaks",
    ask="a short poem in free verse, in short lines, with concrete images and no rhyme",
    tokens={"short": 60, "medium": 110, "long": 200},
    examples=(
        Example(
            "a kitchen at night",
            "The kettle has gone quiet.\n"
            "One plate, one fork,\n"
            "a slice of moon on the counter.\n"
            "\n"
            "I leave the light off.\n"
            "The dark knows where\n"
            "everything is kept.",
        ),
    ),
    one_piece=False,
    ask_zh="一首现代诗",
)
