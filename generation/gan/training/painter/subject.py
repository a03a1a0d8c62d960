"""What a rule has drawn: the pixels, and words that are true of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from generation.gan.training.painter.palette import Palette
from generation.gan.training.painter.plane import Pixels, Plane

Medium = Literal["oil", "watercolour", "gouache", "clean", "ink"]
Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Subject:
    """The words. Each phrase of `what` states something that was drawn; the first one is the chief one."""

    family: str
    zh: str
    what: tuple[str, ...]
    zh_what: str
    mood: tuple[str, ...]
    zh_mood: str
    medium: Medium | None = None  # the one it is always in
    brush: bool = False  # thick paint: never watercolour
    upright: bool = False  # never mirrored


@dataclass(frozen=True, slots=True)
class Work:
    pixels: Pixels
    subject: Subject
    palette: Palette  # the one that was used, which need not be the one that was offered


Family = Callable[[Rng, Palette, Plane], Work]

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven")


def counted(count: int, thing: str) -> str:
    """Two circles, three circles; from eight on, many circles."""
    number = _NUMBERS[count] if count < len(_NUMBERS) else "many"
    return f"{number} {thing}" + ("" if count == 1 else "s")
