"""Wujue 五绝: A classical Chinese quatrain of five characters a line, the even lines on one rhyme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.regulated import regulated_check, regulated_plan

if TYPE_CHECKING:
    from generation.forms.plan import Plan
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief

LINES, SIZE = 4, 5


def plan(brief: Brief, seed: int) -> Plan:
    """Four lines of five characters, in one of the tonal patterns."""
    return regulated_plan(brief, seed, LINES, SIZE, "a wujue")


def check(text: str, _brief: Brief) -> Verdict:
    """Four lines of five characters, the even lines on one rhyme."""
    return regulated_check(text, LINES, SIZE)


FORM = Form(
    name="wujue",
    kind="verse",
    title="Wujue 五绝",
    description="a classical Chinese quatrain of five characters a line",
    ask="a Chinese quatrain of 4 lines of 5 characters, whose even lines rhyme, in Chinese",
    check=check,
    tokens={"short": 60, "medium": 60, "long": 60},
    examples=(
        Example(
            "夜雨",
            "夜雨敲窗冷，孤灯照壁明。\n故人千里外，何处寄秋声。",
        ),
    ),
    one_piece=True,
    aliases=("五绝", "五絕", "五言绝句", "五言絕句", "绝句", "jueju", "wu jue"),
    ask_zh="一首五言绝句，四句，每句五个字，偶句押韵",
    language="zh",
    plan=plan,
)
