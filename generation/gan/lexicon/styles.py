"""The words by which a theme asks for a style. Their names are those of `generation.forms.pictures.STYLES`."""

from __future__ import annotations

from generation.forms.pictures import STYLES

_ENGLISH = {
    "flat": "flat|flat style|flat vector|flat design",
    "shaded": "shaded|soft shaded",
    "simple": "simple|minimal|minimalist",
    "glossy": "glossy|shiny|gradient",
    "3d": "3d|3 d|3d render|3d rendered|rendered in 3d|plastic",
    "pixel art": "pixel art|pixel|pixels|pixelart|pixelated|8 bit|8bit|16 bit",
    "blob": "blob|blob style",
    "rounded cartoon": "rounded cartoon|cartoon|cartoon style|android style|chibi",
    "smooth": "smooth",
    "muted": "muted|muted colours|muted colors",
    "outlined": "outlined|outline|outlines|line art|lineart|line drawing",
    "oil": "oil painting|oil paint|oil paints|oil on canvas|in oil|in oils|oils|painted in oil",
    "watercolour": "watercolour|watercolor|watercolours|watercolors|watercolour painting|watercolor painting",
    "gouache": "gouache|gouache painting|gouache on paper|tempera|poster paint",
    "clean": "flat graphic print|graphic print|print|screen print|linocut|woodcut",
    "ink": "ink on paper|ink painting|ink drawing|in ink|sumi e",
}
_CHINESE = {
    "flat": "扁平 扁平化",
    "shaded": "柔和阴影 阴影",
    "simple": "简洁 简约 极简",
    "glossy": "光泽渐变 光泽 渐变",
    "3d": "立体 三维 立体风",
    "pixel art": "像素 像素画 像素风",
    "blob": "圆润卡通",
    "rounded cartoon": "可爱卡通 卡通",
    "smooth": "平滑 光滑",
    "muted": "柔和扁平",
    "outlined": "描边 线描 线稿 简笔画",
    "oil": "油画 布面油画 油彩",
    "watercolour": "水彩 水彩画",
    "gouache": "水粉 水粉画",
    "clean": "平面版画 版画",
    "ink": "纸本水墨 水墨画 国画",
}
ENGLISH: dict[str, str] = {words: name for name, several in _ENGLISH.items() for words in several.split("|")}
CHINESE: dict[str, str] = {word: name for name, several in _CHINESE.items() for word in several.split()}


def is_painting(name: str) -> bool:
    """Whether what is made in the style `name` is an abstract painting."""
    return bool(name) and STYLES[name].kind == "painting"
