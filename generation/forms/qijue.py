"""Qijue 七绝: A classical Chinese quatrain of seven characters a line, the even lines on one rhyme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.regulated import regulated_check, regulated_plan

if TYPE_CHECKING:
    from generation.forms.plan import Plan
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief

LINES, SIZE = 4, 7


def plan(brief: Brief, seed: int) -> Plan:
    """Four lines of seven characters, in one of the tonal patterns."""
    return regulated_plan(brief, seed, LINES, SIZE, "a qijue")


def check(text: str, _brief: Brief) -> Verdict:
    """Four lines of seven characters, the even lines on one rhyme."""
    return regulated_check(text, LINES, SIZE)


FORM = Form(
    name="qijue",
    kind="verse",
    title="Qijue 七绝",
    description="a classical Chinese quatrain of seven characters a line",
    ask="a Chinese quatrain of 4 lines of 7 characters, whose even lines rhyme, in Chinese",
    check=check,
    tokens={"short": 76, "medium": 76, "long": 76},
    examples=(
        Example(
            "旧书店",
            "巷口书香旧日门，黄昏灯影照微尘。\n翻来一页谁曾读，边上犹留半句痕。",
        ),
    ),
    one_piece=True,
    aliases=("七绝", "七絕", "七言绝句", "七言絕句", "qi jue"),
    ask_zh="一首七言绝句，四句，每句七个字，偶句押韵",
    language="zh",
    plan=plan,
)
