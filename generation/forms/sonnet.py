"""Sonnet: fourteen lines, rhyming a b a b c d c d e f e f g g."""

from __future__ import annotations

from generation.forms.form import Form

FORM = Form(
    name="sonnet",
    kind="verse",
    title="Sonnet",
    description="fourteen lines, rhyming a b a b c d c d e f e f g g",
    ask="a sonnet of fourteen lines",
    tokens={"short": 260, "medium": 260, "long": 260},
    one_piece=True,
)
