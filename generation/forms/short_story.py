"""Short story: a beginning, a turn, an end."""

from __future__ import annotations

from generation.forms.form import Form

FORM = Form(
    name="short story",
    kind="story",
    title="Short story",
    description="a beginning, a turn, an end",
    ask="a short story with a beginning, a turn and an end",
    tokens={"short": 220, "medium": 420, "long": 900},
    one_piece=False,
    ask_zh="一篇短篇故事，有开头、转折和结尾",
)
