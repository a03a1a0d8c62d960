"""Wulü 五律: A classical Chinese poem of eight lines, five characters each, the even lines on one rhyme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.regulated import regulated_check, regulated_plan

if TYPE_CHECKING:
    from generation.forms.plan import Plan
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief

LINES, SIZE = 8, 5


def plan(brief: Brief, seed: int) -> Plan:
    """Eight lines of five characters, in one of the tonal patterns."""
    return regulated_plan(brief, seed, LINES, SIZE, "a wulü")


def check(text: str, _brief: Brief) -> Verdict:
    """Eight lines of five characters, the even lines on one rhyme."""
    return regulated_check(text, LINES, SIZE)


FORM = Form(
    name="wulü",
    kind="verse",
    title="Wulü 五律",
    description="a classical Chinese poem of eight lines, five characters each",
    ask="a Chinese regulated poem of 8 lines of 5 characters, whose even lines rhyme, in Chinese",
    check=check,
    tokens={"short": 100, "medium": 100, "long": 100},
    examples=(
        Example(
            "春山早行",
            "晓色开山路，林深鸟自鸣。\n"
            "溪声随步远，草气逐风清。\n"
            "石上苔初绿，云边塔半横。\n"
            "谁家炊早饭，犬吠两三声。",
        ),
        Example(
            "停电的夜晚",
            "楼中忽失明，邻里笑相迎。\n"
            "烛短人围坐，窗开月自清。\n"
            "祖母谈旧事，小儿数流星。\n"
            "一夜无来信，翻觉此心平。",
        ),
        Example(
            "江边的老渡口",
            "渡口船三两，芦花白满洲。\n"
            "斜阳沉野岸，归鸟过沙头。\n"
            "石上题名在，新桥跨水流。\n"
            "晚来风力软，独坐看渔舟。",
        ),
    ),
    one_piece=True,
    aliases=("五律", "五言律诗", "五言律詩", "律诗", "律詩", "wulu", "wulv"),
    ask_zh="一首五言律诗，八句，每句五个字，偶句押韵，中间两联对仗",
    language="zh",
    plan=plan,
)
