"""How a wish is put in Chinese, Simplified or Traditional: 写一首关于…的七绝, 七绝：…, 来一首五律，写…"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from generation.forms import FORMS
from generation.forms.wish.musts import unique
from generation.forms.wish.understood import Understood, named

if TYPE_CHECKING:
    from generation.forms.form import FormKind

SAID = {
    "诗": "", "詩": "", "小诗": "", "小詩": "", "短诗": "", "短詩": "", "现代诗": "free verse", "現代詩": "free verse",
    "新诗": "free verse", "新詩": "free verse", "自由诗": "free verse", "自由詩": "free verse", "古诗": "qijue", "古詩": "qijue",
    "唐诗": "qijue", "唐詩": "qijue", "俳句": "haiku",
    "短歌": "tanka", "十四行诗": "sonnet", "十四行詩": "sonnet", "藏头诗": "acrostic", "藏頭詩": "acrostic", "戏": "scene",
    "戲": "scene", "剧本": "scene", "劇本": "scene", "短剧": "scene", "短劇": "scene", "对话": "scene", "對話": "scene",
    "小品": "sketch", "独白": "monologue", "獨白": "monologue", "故事": "short story", "短故事": "short story",
    "小故事": "short story", "短篇": "short story", "小说": "short story", "小說": "short story", "睡前故事": "short story",
    "寓言": "fable", "小寓言": "fable", "人物小传": "character sheet", "角色": "character sheet", "人物": "character sheet",
}  # fmt: skip
MOODS = (
    "温暖|溫暖|幽默|搞笑|好笑|有趣|悲伤|悲傷|忧伤|憂傷|伤感|傷感|安静|安靜|平静|平靜|宁静|寧靜|欢快|歡快|快乐|快樂|浪漫|"
    "温柔|溫柔|孤独|孤獨|惆怅|惆悵|豪放|婉约|婉約|轻松|輕鬆|严肃|嚴肅|神秘|恐怖|治愈|治癒|深情|凄美|淒美|壮丽|壯麗"
)

_ASK = (
    r"(?:请|請|麻烦|麻煩|能不能|可以|能|可否|我想要?|想要?)*(?:你|您)?(?:帮我|幫我|给我|給我|为我|為我|替我)?"
    r"(?:写|寫|来|來|作|做|创作|創作|讲|講|编|編|要|生成)"
)
_MEASURE = r"(?:[一两兩二几幾]?(?:首|个|個|篇|段|句|场|場|则|則|出|阕|闋)|一)?"
_ABOUT = r"(?:主题是|主題是|主题为|主題為|主题|主題|关于|關於|题目是|題目是|描写|描寫|写的是|寫的是|写|寫|是)?[：:]?\s*"
_STOP = r"[：:，,、。；;\s—-]+"
_CAST = re.compile(rf"^[两兩二三]个?個?人(?:物)?{_STOP}")
_QUOTED = r"[“「『\"'‘]([^”」』\"'’]{1,40})[”」』\"'’]"
_MUST = re.compile(
    rf"[，,、。；;\s]*(?:请|請|必须|必須|要)?(?:包含|含有|包括|含|带有|帶有|带上|帶上|带|帶|用上|用到|用(?=[“「『\"])|要有|有|出现|出現|嵌入|加入)"
    rf"\s*(?P<list>{_QUOTED}(?:[、，,和与與]*{_QUOTED})*)\s*(?:这|這)?[一两兩二三几幾]?(?:个|個)?(?:字|词|詞|词语|詞語)?"
)
_ONE = re.compile(r"[，,、。；;\s]*(?:要)?(?:含|带|帶|有|用)(?P<word>[\u3400-\u9fff])字")
_FEEL = re.compile(
    rf"[，,。；;\s]+(?:要|请|請|写得|寫得|语气|語氣|风格|風格|基调|基調|情绪|情緒|感觉|感覺)*(?:要|是|为|為)?[：:]?"
    rf"(?P<mood>(?:{MOODS})(?:[、，和又而]?(?:{MOODS}))*)(?:一点|一點|一些|点|點|些|的)?(?:风格|風格|语气|語氣|感觉|感覺)?[。！!]?$"
)
_SPELLED = re.compile(rf"(?:藏头|藏頭|嵌)(?:字)?[：:]?\s*{_QUOTED}")
_EDGES = " ，,。；;：:、！!—-"


def understand(typed: str, kind: FormKind | None, form: str) -> Understood:
    """A Chinese wish taken apart; its language is "zh" whatever it asks for."""
    text, must = _musts(typed)
    text, tone = _tone(text)
    spelled = ""
    if found := _SPELLED.search(text):
        spelled, text = found[1], text[: found.start()] + text[found.end() :]
    theme, asked, before = _request(text, named(kind, SAID))
    form = form or asked
    understood = Understood(theme, form, tone or before, must=must, language="zh")
    given = FORMS[form].given if form in FORMS else ""
    if given == "word":
        word = spelled or (theme if len(theme) <= 8 else "")
        return replace(understood.on(theme or word), given=word)
    return replace(understood, given=theme) if given == "line" else understood


def _request(text: str, names: dict[str, str]) -> tuple[str, str, str]:
    """The subject, the form asked for ("" none), and a mood that stood before the form's name."""
    spoken = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    mood = rf"(?P<mood>(?:{MOODS}))?的?"
    patterns = (
        # 写一首关于秋日黄昏落叶的七言绝句 · 写几句旧照片的小诗 · 以月亮为题写一首诗
        rf"^{_ASK}{_MEASURE}(?:关于|關於|描写|描寫|以)?(?P<rest>.+?)(?:为题|為題|为主题|為主題)?的{mood}(?P<noun>{spoken})[。！!]?$",
        rf"^以(?P<rest>.+?)(?:为题|為題|为主题|為主題)[，,]?{_ASK}{_MEASURE}{mood}(?P<noun>{spoken})[。！!]?$",
        # 写一首五言绝句，关于空山里的鸟叫 · 七绝：送朋友去远方 · 五绝一首，窗外的雪
        rf"^(?:{_ASK})?{_MEASURE}{mood}(?P<noun>{spoken})(?:[一两兩]?[首篇则則段个個])?{_STOP}{_ABOUT}(?P<rest>.+)$",
        # 窗外的雪，五绝一首
        rf"^(?P<rest>.+?){_STOP}(?:{_ASK})?{_MEASURE}{mood}(?P<noun>{spoken})(?:[一两兩]?[首篇则則段])?[。！!]?$",
    )
    for pattern in patterns:
        if (found := re.match(pattern, text)) and (theme := _CAST.sub("", found["rest"]).strip(_EDGES)):
            return theme, names[found["noun"]], found["mood"] or ""
    if found := re.fullmatch(
        rf"(?:{_ASK})?{_MEASURE}{mood}(?P<noun>{spoken})(?:[一两兩]?[首篇则則段])?[。！!]?", text
    ):
        return "", names[found["noun"]], found["mood"] or ""
    return text.strip(_EDGES), "", ""


def _musts(text: str) -> tuple[str, tuple[str, ...]]:
    found: list[str] = []
    while match := _MUST.search(text):
        found += re.findall(_QUOTED, match["list"])
        text = text[: match.start()] + text[match.end() :]
    while match := _ONE.search(text):
        found.append(match["word"])
        text = text[: match.start()] + text[match.end() :]
    return text, unique(found)


def _tone(text: str) -> tuple[str, str]:
    found = _FEEL.search(text)
    return (text, "") if found is None else (text[: found.start()], found["mood"])
