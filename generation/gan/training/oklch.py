"""OKLCH, the space in which colours are chosen and turned (Björn Ottosson, "A perceptual color space for image processing",
2020): lightness 0..1, chroma 0..0.4, hue in degrees. Only the way to sRGB and the way back from its pixels.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Colour = tuple[float, float, float]  # sRGB, gamma-encoded, each 0..1
SLACK = 1e-4  # how far outside 0..1 a linear value may lie and still count as inside
CUTS, CUT = 24, 0.92  # chroma is cut by CUT, at most CUTS times, until the colour fits into sRGB


def srgb(lightness: float, chroma: float, hue: float) -> Colour:
    """OKLCH to sRGB; what sRGB cannot show loses chroma, never lightness or hue."""
    across, along = math.cos(math.radians(hue)), math.sin(math.radians(hue))
    linear = _linear(lightness, chroma * across, chroma * along)
    for _ in range(CUTS):
        if all(-SLACK <= value <= 1 + SLACK for value in linear):
            break
        chroma *= CUT
        linear = _linear(lightness, chroma * across, chroma * along)
    red, green, blue = (_encoded(min(1.0, max(0.0, value))) for value in linear)
    return red, green, blue


def _linear(lightness: float, a: float, b: float) -> Colour:
    """OKLab to linear sRGB, which may lie outside 0..1."""
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _encoded(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def oklab(pixels: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """(..., 3) sRGB 0..255 to (..., 3) OKLab: lightness 0..1, a and b about -0.3..0.3."""
    encoded = np.asarray(pixels, np.float64) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    cones = np.cbrt(linear @ CONES.T)
    return np.asarray(cones @ OPPONENTS.T)


CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
OPPONENTS = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
