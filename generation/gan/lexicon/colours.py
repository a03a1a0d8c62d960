"""Colours by the fourteen words that captions have for them, which were measured in the pictures."""

from __future__ import annotations

# what captions say: words for it in English; words for it in Chinese, without 色
_WORDS = {
    "red": ("red crimson scarlet ruby maroon vermilion", "红 大红 鲜红 深红 赤 朱红"),
    "orange": ("orange", "橙 橘 橘黄 橙黄"),
    "yellow": ("yellow gold golden", "黄 金 金黄 黄金"),
    "green": ("green emerald", "绿 翠绿 草绿 深绿 浅绿 墨绿"),
    "teal": ("teal turquoise cyan aqua aquamarine", "青 青绿 蓝绿 绿松石"),
    "light blue": ("azure", "浅蓝 淡蓝 天蓝"),
    "blue": ("blue navy cobalt", "蓝 深蓝 宝蓝 海军蓝"),
    "purple": ("purple violet lilac lavender indigo mauve", "紫 紫罗兰 淡紫 深紫"),
    "pink": ("pink magenta fuchsia", "粉 粉红 桃红 玫红 洋红"),
    "brown": ("brown bronze", "棕 褐 咖啡 古铜"),
    "beige": ("beige tan cream ivory khaki", "米 米白 卡其"),
    "black": ("black", "黑 乌黑"),
    "white": ("white snowy", "白 雪白 乳白"),
    "gray": ("gray grey silver silvery", "灰 银 银灰 深灰 浅灰"),
}
_TWO_WORDS = {
    "light blue": "light blue|pale blue|sky blue|baby blue|bright blue",
    "blue": "dark blue|deep blue|navy blue|royal blue",
    "green": "light green|dark green|lime green|bright green|forest green",
    "red": "dark red|bright red|deep red",
    "pink": "hot pink|light pink|pale pink|rose pink",
    "purple": "dark purple|light purple",
    "gray": "dark gray|dark grey|light gray|light grey",
    "yellow": "bright yellow|light yellow|pale yellow",
    "brown": "dark brown|light brown",
}
# in Chinese these stand for a colour only with 色 behind them: alone they are metal, rice and powder
_ONLY_WITH_SE = frozenset("金银米粉橘咖啡") | {"咖啡", "绿松石", "紫罗兰", "黄金", "卡其"}

ENGLISH: dict[str, str] = {
    word: colour for colour, (english, _) in _WORDS.items() for word in english.split()
} | {words: colour for colour, several in _TWO_WORDS.items() for words in several.split("|")}
CHINESE: dict[str, str] = {
    written: colour
    for colour, (_, chinese) in _WORDS.items()
    for word in chinese.split()
    for written in ([word + "色"] if word in _ONLY_WITH_SE else [word, word + "色"])
}
