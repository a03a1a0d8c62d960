"""Qilü 七律: A classical Chinese poem of eight lines, seven characters each, the even lines on one rhyme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.regulated import regulated_check, regulated_plan

if TYPE_CHECKING:
    from generation.forms.plan import Plan
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief

LINES, SIZE = 8, 7


def plan(brief: Brief, seed: int) -> Plan:
    """Eight lines of seven characters, in one of the tonal patterns."""
    return regulated_plan(brief, seed, LINES, SIZE, "a qilü")


def check(text: str, _brief: Brief) -> Verdict:
    """Eight lines of seven characters, the even lines on one rhyme."""
    return regulated_check(text, LINES, SIZE)


FORM = Form(
    name="qilü",
    kind="verse",
    title="Qilü 七律",
    description="a classical Chinese poem of eight lines, seven characters each",
    ask="a Chinese regulated poem of 8 lines of 7 characters, whose even lines rhyme, in Chinese",
    check=check,
    tokens={"short": 132, "medium": 132, "long": 132},
    examples=(
        Example(
            "中秋",
            "月上高楼夜气清，满城灯火照人行。\n"
            "桂香暗逐秋风至，笛韵遥随露水生。\n"
            "小女举杯分果饼，老翁挥扇说阴晴。\n"
            "他乡亦有团圆席，却向天边忆旧盟。",
        ),
    ),
    one_piece=True,
    aliases=("七律", "七言律诗", "七言律詩", "qilu", "qilv"),
    ask_zh="一首七言律诗，八句，每句七个字，偶句押韵，中间两联对仗",
    language="zh",
    plan=plan,
)
