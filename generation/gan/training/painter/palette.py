"""Twenty palettes in OKLCH, and one drawn from them: every picture has its own shade of "ocean blues"."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from generation.gan.training.oklch import Colour, srgb

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

Tint = tuple[float, float, float]  # OKLCH: lightness, chroma, hue in degrees

ODDS = (0.34, 0.24, 0.17, 0.12, 0.08, 0.05)  # how often the first, second … colour is picked
TRIES = 6  # for a colour that stands apart
APART = 0.2  # distance in sRGB from which two colours count as told apart


class Scheme(NamedTuple):
    """A palette as it is written: the words for it, the grounds it stands on, its colours."""

    phrase: str
    zh: str
    grounds: tuple[Tint, ...]
    colours: tuple[Tint, ...]


# fmt: off
SCHEMES: dict[str, Scheme] = {
    "sunset": Scheme(
        "sunset colours", "日落色调", ((0.94, 0.04, 70), (0.24, 0.08, 310)),
        ((0.72, 0.17, 55), (0.64, 0.22, 25), (0.6, 0.2, 350), (0.45, 0.16, 310), (0.86, 0.13, 85)),
    ),
    "ocean": Scheme(
        "ocean blues", "海洋蓝", ((0.95, 0.02, 220), (0.24, 0.07, 258)),
        ((0.36, 0.11, 260), (0.5, 0.13, 250), (0.66, 0.12, 232), (0.77, 0.1, 200), (0.9, 0.05, 190)),
    ),
    "forest": Scheme(
        "forest greens", "森林绿", ((0.94, 0.03, 110), (0.22, 0.05, 150)),
        ((0.36, 0.08, 150), (0.48, 0.11, 145), (0.63, 0.13, 135), (0.77, 0.14, 115), (0.55, 0.08, 75)),
    ),
    "autumn": Scheme(
        "autumn colours", "秋天的颜色", ((0.93, 0.04, 80), (0.25, 0.05, 40)),
        ((0.55, 0.16, 40), (0.66, 0.16, 60), (0.8, 0.15, 85), (0.42, 0.12, 25), (0.38, 0.06, 60)),
    ),
    "pastel": Scheme(
        "soft pastel colours", "柔和的粉彩", ((0.97, 0.012, 90), (0.94, 0.03, 300)),
        ((0.84, 0.09, 15), (0.89, 0.09, 85), (0.88, 0.09, 150), (0.83, 0.09, 235), (0.81, 0.09, 305)),
    ),
    "fire": Scheme(
        "fiery reds and oranges", "火焰般的红与橙", ((0.18, 0.05, 30), (0.95, 0.05, 90)),
        ((0.55, 0.22, 28), (0.65, 0.22, 40), (0.76, 0.18, 60), (0.89, 0.16, 95), (0.35, 0.13, 25)),
    ),
    "ice": Scheme(
        "icy blues and whites", "冰蓝与白", ((0.97, 0.01, 220), (0.32, 0.06, 250)),
        ((0.9, 0.04, 210), (0.8, 0.07, 220), (0.68, 0.1, 240), (0.95, 0.02, 200), (0.52, 0.1, 258)),
    ),
    "earth": Scheme(
        "earth tones", "大地色", ((0.92, 0.03, 80), (0.26, 0.03, 60)),
        ((0.45, 0.08, 50), (0.58, 0.09, 60), (0.74, 0.08, 78), (0.34, 0.05, 40), (0.62, 0.07, 112)),
    ),
    "neon": Scheme(
        "neon colours on black", "黑底霓虹色", ((0.13, 0.03, 290),),
        ((0.7, 0.27, 350), (0.85, 0.2, 150), (0.76, 0.16, 215), (0.92, 0.19, 105), (0.6, 0.27, 300)),
    ),
    "primary": Scheme(
        "primary colours", "三原色", ((0.95, 0.02, 90),),
        ((0.55, 0.22, 28), (0.45, 0.2, 262), (0.86, 0.17, 92), (0.16, 0, 0)),
    ),
    "jewel": Scheme(
        "rich jewel colours", "浓郁的宝石色", ((0.2, 0.06, 290), (0.93, 0.03, 80)),
        ((0.46, 0.19, 20), (0.4, 0.16, 265), (0.52, 0.13, 162), (0.48, 0.2, 310), (0.78, 0.15, 82)),
    ),
    "rich": Scheme(
        "rich colours", "丰富的色彩", ((0.94, 0.03, 85), (0.22, 0.05, 265)),
        ((0.6, 0.22, 30), (0.78, 0.17, 75), (0.55, 0.16, 145), (0.5, 0.17, 258), (0.55, 0.21, 325), (0.72, 0.12, 200)),
    ),
    "ink": Scheme(
        "black and white", "黑白", ((0.96, 0.008, 90),),
        ((0.12, 0, 0), (0.28, 0, 0), (0.48, 0, 0), (0.7, 0, 0)),
    ),
    "desert": Scheme(
        "desert colours", "沙漠色", ((0.92, 0.05, 75), (0.36, 0.08, 30)),
        ((0.74, 0.11, 60), (0.62, 0.13, 45), (0.84, 0.09, 82), (0.5, 0.11, 32), (0.66, 0.07, 205)),
    ),
    "garden": Scheme(
        "spring garden colours", "春日花园色", ((0.96, 0.03, 120), (0.33, 0.07, 150)),
        ((0.72, 0.16, 355), (0.8, 0.15, 130), (0.88, 0.15, 98), (0.6, 0.14, 150), (0.68, 0.14, 300)),
    ),
    "night": Scheme(
        "deep night blues and gold", "深夜蓝与金", ((0.22, 0.07, 268),),
        ((0.32, 0.1, 265), (0.42, 0.12, 258), (0.58, 0.11, 248), (0.84, 0.14, 88), (0.94, 0.05, 95)),
    ),
    "gold": Scheme(
        "gold and black", "黑与金", ((0.14, 0.01, 80),),
        ((0.78, 0.13, 85), (0.88, 0.11, 92), (0.6, 0.11, 75), (0.3, 0.03, 80), (0.95, 0.04, 90)),
    ),
    "rose": Scheme(
        "rose and pink", "玫瑰粉", ((0.96, 0.02, 10), (0.3, 0.09, 0)),
        ((0.6, 0.2, 10), (0.72, 0.16, 5), (0.84, 0.09, 10), (0.45, 0.15, 355), (0.92, 0.04, 30)),
    ),
    "violet": Scheme(
        "purples and violets", "紫罗兰色", ((0.95, 0.02, 300), (0.22, 0.08, 295)),
        ((0.4, 0.17, 295), (0.55, 0.18, 305), (0.7, 0.14, 312), (0.83, 0.08, 305), (0.6, 0.2, 345)),
    ),
    "coral": Scheme(
        "coral and turquoise", "珊瑚色与绿松石色", ((0.95, 0.03, 80), (0.33, 0.06, 210)),
        ((0.7, 0.17, 30), (0.8, 0.12, 45), (0.72, 0.11, 195), (0.55, 0.1, 205), (0.9, 0.06, 170)),
    ),
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Palette:
    """One painting's colours: a ground, and three to six others in the order of how much each is used."""

    name: str
    dark: bool  # is the ground
    ground: Colour
    colours: tuple[Colour, ...]

    @classmethod
    def draw(cls, rng: np.random.Generator, name: str | None = None) -> Palette:
        """The scheme of that name, or any; hue turned by about 6 degrees, lightness and chroma stirred a little."""
        name = name or NAMES[int(rng.integers(len(NAMES)))]
        scheme = SCHEMES[name]
        turn, lift = float(rng.normal(0, 6)), float(rng.normal(0, 0.015))

        def stirred(tint: Tint) -> Colour:
            lightness, chroma, hue = tint
            lightness = min(0.98, max(0.08, lightness + lift + float(rng.normal(0, 0.012))))
            return srgb(
                lightness, chroma * float(rng.uniform(0.9, 1.1)), hue + turn + float(rng.normal(0, 4))
            )

        ground = scheme.grounds[int(rng.integers(len(scheme.grounds)))]
        colours = [stirred(tint) for tint in scheme.colours]
        order = rng.permutation(len(colours))
        return cls(name, ground[0] < 0.5, stirred(ground), tuple(colours[i] for i in order))

    @property
    def phrase(self) -> str:
        return SCHEMES[self.name].phrase

    @property
    def zh(self) -> str:
        return SCHEMES[self.name].zh

    def pick(self, rng: np.random.Generator, away: Sequence[Colour] = ()) -> Colour:
        """One of the colours, the first ones oftener; one that can be told from all in `away` where there is one."""
        for _ in range(TRIES):
            colour = self.colours[_place(float(rng.random()), len(self.colours))]
            if all(distance(colour, other) > APART for other in away):
                return colour
        return max(self.colours, key=lambda colour: min(distance(colour, other) for other in away))

    @property
    def by_light(self) -> tuple[Colour, ...]:
        """The colours without the ground, dark to light."""
        return by_light(self.colours)


NAMES = tuple(SCHEMES)


def _place(lot: float, count: int) -> int:
    """Which of the first `count` ODDS a lot in 0..1 falls on."""
    lot *= sum(ODDS[:count])
    for place, odds in enumerate(ODDS[:count]):
        lot -= odds
        if lot < 0:
            return place
    return count - 1


def light(colour: Colour) -> float:
    """How light a colour looks, 0..1, roughly."""
    return 0.3 * colour[0] + 0.6 * colour[1] + 0.1 * colour[2]


def by_light(colours: Sequence[Colour]) -> tuple[Colour, ...]:
    return tuple(sorted(colours, key=light))


def distance(one: Colour, other: Colour) -> float:
    """Between two colours, in sRGB: 0 to the root of 3."""
    red, green, blue = one[0] - other[0], one[1] - other[1], one[2] - other[2]
    return math.sqrt(red * red + green * green + blue * blue)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """`share` 0..1 of the other colour in the one."""
    keep = 1 - share
    return (
        keep * one[0] + share * other[0],
        keep * one[1] + share * other[1],
        keep * one[2] + share * other[2],
    )


def scaled(colour: Colour, factor: float) -> Colour:
    """Darker or lighter by a factor (not negative), kept in 0..1."""
    return min(1.0, colour[0] * factor), min(1.0, colour[1] * factor), min(1.0, colour[2] * factor)
