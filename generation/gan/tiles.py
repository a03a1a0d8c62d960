"""A network without weights, for tests of all else: coloured tiles, the same ones for the same caption and seeds."""

from __future__ import annotations

import hashlib
import re
import time
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from generation.gan.lexicon.errors import EmptyThemeError, UnknownLanguageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

SIDE, TILES = 128, 4
UNKNOWN = "nameless"  # a theme with this word lies outside what is known


@dataclass(frozen=True, slots=True)
class Words:
    """`generation.gan.network.Understood`."""

    caption: str
    words: tuple[str, ...]
    outside: bool
    nearest: tuple[str, ...]
    left_out: tuple[str, ...] = ()


class Tiles:
    """`generation.gan.network.Network`; every picture takes `pause_s`."""

    name = "tiles"
    together = 1

    def __init__(self, pause_s: float = 0.0) -> None:
        self._pause_s = pause_s

    def understand(self, theme: str, style: str) -> Words:
        words = re.findall(r"[^\W_]+", theme.casefold())
        if not words:
            raise EmptyThemeError
        if not all(
            unicodedata.name(letter, "").startswith(("LATIN", "CJK", "DIGIT")) for letter in "".join(words)
        ):
            raise UnknownLanguageError
        outside = UNKNOWN in words
        shown = tuple(word for word in (*words, style) if len(word) > 1)
        return Words(f"{theme}, {style}", shown, outside, ("fox", "wolf", "cat") if outside else ())

    def place(self, caption: str, seeds: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        rows = [hashlib.shake_256(f"{caption} {tuple(row)}".encode()).digest(3 * TILES**2) for row in seeds]
        return np.array([list(row) for row in rows], np.float32)

    def paint(self, styles: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
        time.sleep(self._pause_s * len(styles))
        colours = styles.round().astype(np.uint8).reshape(-1, TILES, TILES, 3)
        size = SIDE // TILES
        pictures = np.full((len(styles), SIDE, SIDE, 4), 255, np.uint8)
        pictures[..., :3] = colours.repeat(size, axis=1).repeat(size, axis=2)
        pictures[:, :size, :size, 3] = 0  # a corner that one can see through
        return pictures
