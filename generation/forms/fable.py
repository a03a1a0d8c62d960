"""Fable: animals, and what they learn."""

from __future__ import annotations

from generation.forms.form import Form

FORM = Form(
    name="fable",
    kind="story",
    title="Fable",
    description="animals, and what they learn",
    ask="a fable about animals that ends with what they learned",
    tokens={"short": 180, "medium": 300, "long": 500},
    one_piece=False,
)
