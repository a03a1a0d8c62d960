"""Couplet: two lines that rhyme."""

from __future__ import annotations

from generation.forms.form import Example, Form

FORM = Form(
    name="couplet",
    kind="verse",
    title="Couplet",
    description="two lines that rhyme",
    ask="a rhyming couplet of exactly two lines",
    tokens={"short": 50, "medium": 50, "long": 50},
    examples=(
        Example(
            "candles", "The candle never asked how long the night;\nit only did the work of being bright."
        ),
    ),
    one_piece=True,
)
