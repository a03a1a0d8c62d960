"""Monologue: one person speaks."""

from __future__ import annotations

from generation.forms.form import Form

FORM = Form(
    name="monologue",
    kind="script",
    title="Monologue",
    description="one person speaks",
    ask="a monologue: one person speaks to somebody who does not answer",
    tokens={"short": 140, "medium": 240, "long": 420},
    one_piece=False,
    ask_zh="一段独白，一个人在说话",
)
