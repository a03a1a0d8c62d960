"""Whether a colour word is heard: the colour that most of a picture has, by rule, against the colour that was asked for.

Chance is one in seven. The rule looks at hue alone and lets greys, near-blacks and near-whites aside, so it errs at
borders (a dark orange is a brown to people); the same rule holds for every network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from bench.picture.views import on_white

if TYPE_CHECKING:
    from bench.picture.views import Pixels

COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink")
# Where a colour ends, in degrees of hue; past the last, red begins again.
ENDS = (
    (14.0, "red"),
    (40.0, "orange"),
    (68.0, "yellow"),
    (168.0, "green"),
    (256.0, "blue"),
    (294.0, "purple"),
)
PINK_ENDS = 344.0
GREY, DARK = 0.25, 0.2  # below this saturation or value a pixel has no colour
PALE, LIGHT = 0.55, 0.8  # a red that is paler and lighter than this is a pink
NOUNS = (
    "apple", "heart", "car", "fish", "flower", "balloon", "butterfly", "book", "bird", "t-shirt",
)  # fmt: skip
ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """A brief with a colour in it."""

    colour: str
    caption: str
    seed: int


def asked() -> list[Asked]:
    """Seven colours, ten things, two seeds each; a thing's seeds are the same in all colours."""
    return [
        Asked(
            colour,
            f"{'an' if colour == 'orange' else 'a'} {colour} {noun}, flat",
            9000 + 100 * round_ + number,
        )
        for colour in COLOURS
        for number, noun in enumerate(NOUNS)
        for round_ in range(ROUNDS)
    ]


def dominant(picture: Pixels) -> str | None:
    """The colour word for most of the coloured pixels of (side, side, 4) RGBA on white; None where all is grey."""
    hsv = np.asarray(on_white(Image.fromarray(picture)).convert("HSV")).reshape(-1, 3) / 255.0
    hue, saturation, value = hsv[:, 0] * 360, hsv[:, 1], hsv[:, 2]
    coloured = (saturation >= GREY) & (value >= DARK)
    if not coloured.any():
        return None
    names = [name for _, name in ENDS] + ["pink", "red"]
    which = np.searchsorted([end for end, _ in ENDS] + [PINK_ENDS], hue, side="right")
    pale = (which % (len(names) - 1) == 0) & (saturation < PALE) & (value > LIGHT)
    which[pale] = names.index("pink")
    counts = np.bincount(which[coloured], minlength=len(names))
    counts[0] += counts[-1]  # red lies on both ends
    return names[int(counts[:-1].argmax())]


def heard(wanted: list[Asked], pictures: Pixels) -> dict[str, float]:
    """The share of pictures in the colour asked for: overall, and by colour."""
    hits = {colour: [] for colour in COLOURS}  # type: dict[str, list[bool]]
    for one, picture in zip(wanted, pictures, strict=True):
        hits[one.colour].append(dominant(picture) == one.colour)
    by_colour = {colour: round(float(np.mean(found)), 3) for colour, found in hits.items() if found}
    return {"all": round(float(np.mean([hit for found in hits.values() for hit in found])), 3), **by_colour}
