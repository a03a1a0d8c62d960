"""The typefaces of the page, and which characters each has.

Latin, Greek and Cyrillic come with Renga; Chinese and Japanese come in the package `pylopdf-fonts-zh-cn`, without
which such a text has no page. Fonts of the machine, and those inside Typst, are left alone: a page looks the same
everywhere.
"""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path

import typst

from generation.page.cmap import characters

OURS = Path(__file__).parent / "fonts"
HAN_PACKAGE = "pylopdf_fonts_zh_cn"

SERIF = "EB Garamond"
TYPEWRITER = "Courier Prime"
HAN = "Noto Serif SC"

_FILES = {  # of each family, the files whose characters it has in every style that we use
    SERIF: ("EBGaramond-Regular.ttf", "EBGaramond-Italic.ttf"),
    TYPEWRITER: ("CourierPrime-Regular.ttf", "CourierPrime-Bold.ttf", "CourierPrime-Italic.ttf"),
}


@functools.cache
def opened() -> typst.Fonts:
    """The fonts, opened once for the process: they are mapped into memory, not read."""
    folders = [OURS, *([folder] if (folder := han_folder()) else [])]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


@functools.cache
def covered(*families: str) -> frozenset[int]:
    """The code points that at least one of the families has, in every style."""
    found: frozenset[int] = frozenset()
    for family in families:
        if family == HAN:
            folder = han_folder()
            found |= characters(folder / "NotoSerifSC-Regular.otf") if folder else frozenset()
        else:
            found |= frozenset.intersection(*(characters(OURS / name) for name in _FILES[family]))
    return found


def han_folder() -> Path | None:
    """The folder of the Chinese typeface; None where its package is not installed."""
    spec = importlib.util.find_spec(HAN_PACKAGE)
    return Path(spec.origin).parent if spec and spec.origin else None
