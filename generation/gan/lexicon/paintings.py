"""The words of abstract paintings, out of their captions: families, palettes, and phrases that state what is painted."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from generation.gan.lexicon.known import Term

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Row = Mapping[str, Any]

# other ways to ask, beside the Chinese that the captions have
_FAMILIES = {
    "abstract landscape": ("landscape|landscapes", "风景 山水风景"),
    "abstract flowers": ("flower painting", "花卉 抽象花"),
    "abstract city": ("city painting", "城市抽象"),
    "colour field": ("color field|colour fields|color fields|rothko", "色域"),
    "marbled": ("marble|marbling|marbled paper|fluid art", "大理石 流体画"),
    "night sky": ("starry sky|starry night|swirling night sky", "星空 星夜 夜空"),
    "aurora": ("northern lights|aurora borealis|polar lights", "北极光"),
    "nebula": ("nebulae|deep space|cosmos", "星云图"),
    "waves": ("wavy|wavy lines", "波浪纹 波纹 海浪 浪花 波涛"),
    "grid": ("grids|mondrian|squares", "网格 格子"),
    "concentric circles": ("rings|concentric rings|kandinsky circles", "同心圆环"),
    "circles": ("bubbles pattern", "圆圈 圆"),
    "dots": ("polka dots|dot|pointillism|spots", "圆点 波点 点点"),
    "stripes": ("stripe|striped|bands", "条纹"),
    "facets": ("faceted|low poly|cubism|cubist|triangles", "切面 立体主义 三角形"),
    "brush strokes": ("brushstrokes|brush stroke|impasto", "笔触"),
    "flowing lines": ("lines|curves|flow", "线条 流线"),
    "composition": ("geometric|geometric shapes|kandinsky|shapes", "构成 几何 几何图形"),
    "suprematist": ("suprematism|malevich", "至上主义"),
    "drip painting": ("drip|drips|splatter|splatters|pollock|paint splash", "泼墨 滴画 泼洒"),
    "ink wash": ("ink wash painting|ink landscape|misty mountains", "水墨 水墨山水 山水画"),
    "stained glass": ("stained glass window", "彩色玻璃 彩绘玻璃"),
    "mosaic": ("mosaics|tiles", "马赛克"),
    "paper cut": ("papercut|paper cutting|layered paper", "剪纸"),
    "cut-outs": ("cutouts|cut outs|matisse", "剪纸叶形"),
    "spiral": ("spirals|vortex|swirl|whirlpool", "螺旋 漩涡"),
    "burst": ("starburst|sunburst|rays|radiating", "放射 光芒"),
    "arcs": ("arc|arches|quarter circles", "弧线 弧形"),
}
_PALETTES = {
    "ocean blues": ("ocean|sea|ocean colours|marine", "海洋 大海 海"),
    "forest greens": ("forest|woods|forest colours", "森林 树林"),
    "autumn colours": ("autumn|fall colours|autumnal|fall colors", "秋天 秋 秋色 秋季"),
    "soft pastel colours": ("pastel|pastels|pastel colours|pastel colors|soft colours", "粉彩 柔和色"),
    "fiery reds and oranges": ("fire|fiery|flames|lava", "火焰 火 火红"),
    "icy blues and whites": ("ice|icy|frozen|winter|frost", "冰 冰雪 冬天"),
    "earth tones": ("earth|earthy|earthy tones|clay", "大地"),
    "neon colours on black": ("neon|neon colours|neon lights|cyberpunk", "霓虹 霓虹灯 赛博朋克"),
    "primary colours": ("primary|primary colors", "原色"),
    "rich jewel colours": ("jewel|jewels|jewel tones|gems", "宝石 宝石色"),
    "rich colours": ("rich|colourful|colorful|vivid|rainbow|many colours", "彩色 五彩 多彩 缤纷 彩虹"),
    "black and white": ("monochrome|black white|grayscale|greyscale", "黑白色 水墨色"),
    "desert colours": ("desert|sand|sandy|dunes", "沙漠"),
    "spring garden colours": ("garden|spring|spring colours|garden colours", "春天 花园 春日"),
    "deep night blues and gold": (
        "night|night blues|midnight|blue and gold|deep night blues",
        "深夜 夜 夜晚 蓝金",
    ),
    "gold and black": ("gold|golden|black and gold", "金 黑金 金色"),
    "rose and pink": ("rose|roses|pink and rose", "玫瑰 玫瑰色"),
    "purples and violets": ("violets and purples", "紫罗兰"),
    "coral and turquoise": ("coral|coral and teal", "珊瑚 珊瑚色"),
    "sunset colours": ("sunset|dusk|sunset colors", "日落 夕阳 晚霞 黄昏"),
}
_PHRASES = {
    "warm colours": ("warm|warm colors", "暖色 温暖"),
    "cool colours": ("cool|cool colors|cold|cold colours", "冷色"),
    "dark": ("gloomy", "暗 黑暗 昏暗"),
    "bright": ("light", "明亮 亮"),
    "strong contrast": ("high contrast", "强对比"),
    "soft contrast": ("low contrast", "弱对比"),
    "dense": ("crowded", "密集"),
    "sparse": ("minimal|minimalist", "稀疏 简约"),
    "layered mountains": ("mountain|mountains", "层叠的山 层叠的山与太阳 山 群山"),
    "rolling hills": ("hill|hills", "起伏的丘陵 起伏的丘陵与太阳 丘陵"),
    "a round sun": ("sun", "太阳"),
    "a round moon": ("moon", "月亮"),
    "many stars": ("stars|star", "星星"),
    "many flowers": ("flower|flowers", "花 花朵"),
    "round petals": ("petals", "花朵与花瓣 花瓣"),
    "calm": ("tranquil|still", "宁静 平静 安静"),
    "peaceful": ("peace", "祥和"),
    "cut-out leaf shapes": ("leaves|leaf", "叶形剪纸"),
    "joyful": ("joy|happy|cheerful", "欢快 快乐"),
    "misty ink mountains": ("", "云雾山水"),
    "serene": ("", "空灵"),
    "musical": ("music|jazz", "富有音乐感 音乐"),
    "triangles and facets": ("", "三角形切面"),
    "sharp": ("", "锐利"),
    "layered paper cut shapes": ("", "层叠的剪纸形状"),
    "soft": ("", "柔和"),
    "a city of coloured blocks": ("city|skyline|skyscrapers", "色块构成的城市天际线 城市"),
    "busy": ("", "热闹"),
    "swirling marbled colours": ("swirls|swirling", "漩涡般的流动色彩"),
    "dreamy": ("dream|dreams|dreamlike", "梦幻 梦"),
    "quarter circles and arcs": ("", "四分之一圆与弧线"),
    "rhythmic": ("rhythm", "富有节奏 节奏"),
    "thick paint": ("", "厚重的笔触"),
    "expressive": ("", "富有表现力"),
    "fresh": ("", "清新"),
    "a swirling night sky": ("", "旋转的夜空与星星"),
    "layered waves": ("", "层层波浪"),
    "rolling": ("", "起伏"),
    "a grid of black lines": ("", "黑色直线与矩形"),
    "ordered": ("orderly", "有序 均衡"),
    "a glowing nebula": ("", "发光的星云与星星"),
    "mysterious": ("mystery", "神秘"),
    "stacked rectangles": ("", "柔和的色块"),
    "translucent circles": ("", "重叠的圆"),
    "lively": ("", "活泼"),
    "tilted bars and rectangles": ("", "倾斜的几何形"),
    "dynamic": ("", "动感"),
    "full of motion and rhythm": ("movement|motion", "充满动感与节奏"),
    "northern lights": ("", "极光与星空"),
    "stained glass pieces": ("", "彩色玻璃碎片"),
    "rays bursting from one point": ("", "放射的光芒"),
    "radiant": ("", "热烈"),
    "splashed and dripped paint": ("", "泼洒的颜料与缠绕的线条"),
    "wild": ("chaos|chaotic", "奔放"),
    "a field of dots": ("", "许多圆点"),
    "playful": ("fun", "俏皮"),
    "a spinning spiral": ("", "旋转的漩涡"),
    "diagonal stripes": ("", "斜条纹"),
    "vertical stripes": ("", "竖条纹"),
    "horizontal stripes": ("", "横条纹"),
    "irregular tiles": ("", "不规则的小块"),
    "ornate": ("", "精致"),
    "energetic": ("energy", "活力"),
    "quiet": ("silence|silent", "寂静"),
}
_NUMBERS = frozenset(["two", "three", "four", "five", "six", "seven", "4", "9"])
_RARE = 8  # a phrase said of fewer paintings is left out


def families(rows: Sequence[Row]) -> list[Term]:
    """One a family, by name."""
    zh: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        zh[row["name"]][row["zh_name"]] += 1
    return [_term(name, tuple(zh[name]), _FAMILIES) for name in sorted(zh)]


def palettes(rows: Sequence[Row]) -> list[Term]:
    """One a palette, by phrase."""
    zh = {row["keywords"][0]: row["zh_keywords"][0] for row in rows}
    return [_term(says, (zh[says],), _PALETTES) for says in sorted(zh)]


def phrases(rows: Sequence[Row]) -> list[Term]:
    """What else captions state, commonest first. Phrases that only count ("six flowers") are left out."""
    said = Counter(phrase for row in rows for phrase in row["keywords"][1:] if phrase not in ("warm", "cool"))
    kept = {phrase for phrase, count in said.items() if count >= _RARE and phrase.split()[0] not in _NUMBERS}
    return [
        _term(says, (), _PHRASES)
        for says in sorted(kept | _PHRASES.keys(), key=lambda says: (-said[says], says))
    ]


def _term(says: str, zh: tuple[str, ...], more: Mapping[str, tuple[str, str]]) -> Term:
    english, chinese = more.get(says, ("", ""))
    return Term(
        says=says,
        zh=tuple(dict.fromkeys((*zh, *chinese.split()))),
        words=tuple(word for word in english.split("|") if word),
    )
