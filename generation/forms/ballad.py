"""Ballad: a story in verse, in four-line stanzas."""

from __future__ import annotations

from generation.forms.form import Form

FORM = Form(
    name="ballad",
    kind="verse",
    title="Ballad",
    description="a story in verse, in four-line stanzas",
    ask="a ballad that tells a story in stanzas of four lines",
    tokens={"short": 120, "medium": 220, "long": 360},
    one_piece=False,
)
