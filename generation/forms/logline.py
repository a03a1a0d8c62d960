"""Logline: a whole film in one sentence."""

from __future__ import annotations

from generation.forms.form import Example, Form

FORM = Form(
    name="logline",
    kind="story",
    title="Logline",
    description="a whole film in one sentence",
    ask="a logline: one sentence that tells who wants what, and what is in the way",
    tokens={"short": 60, "medium": 60, "long": 60},
    examples=(
        Example(
            "a lighthouse",
            "When the last lighthouse keeper on the coast is told to switch off the lamp, she has one night to guide home the ship that took her son.",
        ),
    ),
    one_piece=True,
    ask_zh="一句话的故事梗概",
)
