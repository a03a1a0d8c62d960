"""Pictures of one main colour in other colours, with captions to match: "a blue apple" is in no set of emoji."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generation.gan.training.oklch import CONES, OPPONENTS

if TYPE_CHECKING:
    import numpy.typing as npt

    Pixels = npt.NDArray[np.uint8]
    Array = npt.NDArray[np.float32]

# name: hue in degrees and lightness of OKLCH (Ottosson 2020), as people mean the word
COLOURS = {
    "red": (27.0, 0.58), "orange": (55.0, 0.72), "yellow": (98.0, 0.86), "green": (145.0, 0.62),
    "blue": (258.0, 0.55), "purple": (306.0, 0.52), "pink": (355.0, 0.74),
}  # fmt: skip
CHROMA = 0.05  # below this a pixel has no hue to speak of
BAND = 32.0  # degrees to either side of the main hue
SHARE = 0.45  # of the visible pixels that must lie in the band
APART = 40.0

TO_LMS, TO_LAB = CONES.astype(np.float32), OPPONENTS.astype(np.float32)


def oklab(rgb: Pixels) -> Array:
    """(…, 3) sRGB bytes to OKLab: lightness in [0, 1], a and b in about [-0.4, 0.4]."""
    x = rgb.astype(np.float32) / 255
    linear = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4).astype(np.float32)
    return np.asarray(np.cbrt(linear @ TO_LMS.T) @ TO_LAB.T, np.float32)


def srgb(lab: Array) -> Pixels:
    """OKLab to sRGB bytes, cut where it lies outside."""
    linear = (lab @ np.linalg.inv(TO_LAB).T) ** 3 @ np.linalg.inv(TO_LMS).T
    linear = linear.clip(0, 1)
    x = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray((x * 255).round(), np.uint8)


def main_hue(rgba: Pixels) -> tuple[float, float] | None:
    """Hue in degrees and mean lightness of the one colour that (s, s, 4) has; None where it has several, or none."""
    lab, seen = oklab(rgba[..., :3]), rgba[..., 3] > 128
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    coloured = seen & (chroma > CHROMA)
    if coloured.sum() < SHARE * max(1, seen.sum()):
        return None
    hues = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))[coloured]
    weights = chroma[coloured]
    bins, _ = np.histogram(hues % 360, 36, (0, 360), weights=weights)
    smooth = bins + np.roll(bins, 1) + np.roll(bins, -1)
    main = float(np.argmax(smooth) * 10 + 5)
    near = np.abs((hues - main + 180) % 360 - 180) < BAND
    if near.sum() < SHARE * seen.sum():
        return None
    return main, float(lab[..., 0][coloured][near].mean())


def recoloured(rgba: Pixels, from_hue: float, from_light: float, colour: str) -> Pixels:
    """(s, s, 4) with its main colour turned to `colour`; other hues turn with it, greys stay."""
    hue, light = COLOURS[colour]
    lab = oklab(rgba[..., :3])
    turn = np.radians(hue - from_hue)
    a, b = lab[..., 1].copy(), lab[..., 2].copy()
    lab[..., 1] = a * np.cos(turn) - b * np.sin(turn)
    lab[..., 2] = a * np.sin(turn) + b * np.cos(turn)
    share = (np.hypot(a, b) / 0.12).clip(0, 1)
    lab[..., 0] = (lab[..., 0] + 0.6 * (light - from_light) * share).clip(0, 1)
    return np.concatenate([srgb(lab), rgba[..., 3:]], axis=2)


def others(hue: float) -> list[str]:
    """The colours that are not near `hue`."""
    return [name for name, (at, _) in COLOURS.items() if abs((at - hue + 180) % 360 - 180) > APART]


def uncoloured(phrase: str, keep: str) -> str:
    """`phrase` without its colour words but `keep`: "blue red apple" is "blue apple" once the apple is blue."""
    return " ".join(word for word in phrase.split() if word == keep or word.casefold() not in COLOURS)
