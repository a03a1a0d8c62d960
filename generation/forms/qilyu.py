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
        Example(
            "搬家",
            "旧屋重来扫积尘，一箱一箧忆前春。\n"
            "墙边尚刻儿时尺，灯下曾留夜读身。\n"
            "窗外古槐犹送影，门前小巷已无邻。\n"
            "车行忽觉心中重，载得东西少载人。",
        ),
        Example(
            "末班地铁",
            "末班车过站台空，广告灯残数点红。\n"
            "倦客低头归梦里，歌声隔座入耳中。\n"
            "千家窗暗楼如海，一路风来夜似弓。\n"
            "欲问明朝何处去，依然人在此城东。",
        ),
    ),
    one_piece=True,
    aliases=("七律", "七言律诗", "七言律詩", "qilu", "qilv"),
    ask_zh="一首七言律诗，八句，每句七个字，偶句押韵，中间两联对仗",
    language="zh",
    plan=plan,
)
