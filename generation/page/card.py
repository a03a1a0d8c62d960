"""A poem as a card: a PNG on light paper, for a chat.

Lines stay as they are written; the letters shrink for long ones, and only a line that would be too small to read is
broken, its rest indented. Of a poem of many stanzas one, two or three columns are made, whichever is shown largest.
Short lines of Chinese characters alone are set upright, from right to left.

Measured on one core, Typst 0.15.2: 13 ms for a haiku (43 kB), 44 for a sonnet (240 kB), 61 for a ballad of 32 lines
(357 kB), of which 5 are the layout; 70 ms for the first of a process, imports and fonts included; 66 MB resident.
"""

from __future__ import annotations

import re
from typing import Any

from generation.page import fonts
from generation.page.errors import TooLongError
from generation.page.text import breakable, demand, is_chinese, is_han, printable, without_strangers
from generation.page.typesetter import typeset

MOST_LINES = 60
MOST_CHARACTERS = 3_000
TITLE_LIMIT = 90  # characters; a longer one ends in an ellipsis
FOOTER_LIMIT = 90
SEAL = "連"  # the first character of 連歌, renga

_WORD = 60  # letters; a longer word may be broken
_COLUMN_LINES = 14  # a poem of more is tried in columns
_UPRIGHT_LINES, _UPRIGHT_LETTERS = range(2, 9), range(2, 10)
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_MARKS = "，。！？；：、"


def poem_card(text: str, title: str = "", footer: str = "") -> bytes:
    """A PNG, two pixels to a point, that shows `text` whole; `title` over it and `footer` under it may be cut or left out.

    Raises:
        TooLongError: it has more than `MOST_LINES` lines or `MOST_CHARACTERS` characters.
        UnprintableError: it is empty, or has a character that no font here has.
        PageError: it cannot be set.
    """
    if len(text) > MOST_CHARACTERS:
        raise TooLongError(f"A card holds {MOST_CHARACTERS} characters at most; this has {len(text)}.")
    stanzas = _stanzas(printable(text))
    count = sum(map(len, stanzas))
    if count > MOST_LINES:
        raise TooLongError(f"A card holds {MOST_LINES} lines at most; this has {count}.")
    covered = fonts.covered(fonts.SERIF, fonts.HAN)
    demand("".join(line for stanza in stanzas for line in stanza), covered)
    head = _cut(without_strangers(printable(title), covered), TITLE_LIMIT)
    page: dict[str, Any] = {
        "title": head,
        "footer": _cut(without_strangers(printable(footer), covered), FOOTER_LIMIT),
        "seal": SEAL if ord(SEAL) in covered else "",
        "chinese": is_chinese(text),
        "upright": False,
    }
    lines = [line for stanza in stanzas for line in stanza]
    if upright := _upright(lines):
        page |= {"upright": True, "ways": [[[upright]]], "title": list(head) if _all_han(head) else []}
        if not page["title"] and head:
            page["footer"] = _cut(f"{head} · {page['footer']}", FOOTER_LIMIT) if page["footer"] else head
    else:
        page["ways"] = [
            [[[_indented(line) for line in stanza] for stanza in column] for column in way]
            for way in _ways(stanzas)
        ]
    return typeset("card.typ", page, "png")


def _stanzas(text: str) -> list[list[str]]:
    """Lines between blank ones, in order; no stanza is empty."""
    groups = re.split(r"\n(?:[^\S\n]*\n)+", text.strip("\n"))
    found = [[line.rstrip() for line in group.split("\n") if line.strip()] for group in groups]
    return [stanza for stanza in found if stanza]


def _ways(stanzas: list[list[str]]) -> list[list[list[list[str]]]]:
    """The poem in one column, and in two and three where that is worth a try; columns break between stanzas."""
    lines = sum(map(len, stanzas))
    worth = (n for n in (2, 3) if lines > _COLUMN_LINES * (n - 1) and len(stanzas) >= n)
    return [[stanzas], *(_columns(stanzas, count) for count in worth)]


def _columns(stanzas: list[list[str]], count: int) -> list[list[list[str]]]:
    """`count` columns, none empty, each filled until the next stanza would pass its share of the lines."""
    share = sum(map(len, stanzas)) / count
    found: list[list[list[str]]] = [[]]
    set_so_far = 0.0
    for n, stanza in enumerate(stanzas):
        left, missing = len(stanzas) - n, count - len(found)
        full = set_so_far + len(stanza) / 2 > share * len(found)
        if found[-1] and missing and (full or left == missing):
            found.append([])
        found[-1].append(stanza)
        set_so_far += len(stanza)
    return found


def _indented(line: str) -> tuple[int, str]:
    """How many letters the line is indented by, and its words, with the apostrophes that a typesetter has."""
    words = line.lstrip(" ")
    return min(len(line) - len(words), 24), breakable(_APOSTROPHE.sub("’", words), _WORD)


def _upright(lines: list[str]) -> list[list[tuple[str, str]]]:
    """Each line's characters with the mark after each, or nothing where the poem is not to be set upright."""
    if len(lines) not in _UPRIGHT_LINES:
        return []
    found = []
    for line in lines:
        cells = re.findall(rf"([^{_MARKS}])([{_MARKS}]?)", line.strip())
        whole = "".join(char + mark for char, mark in cells) == line.strip()
        if (
            not whole
            or len(cells) not in _UPRIGHT_LETTERS
            or not _all_han("".join(char for char, _ in cells))
        ):
            return []
        found.append(cells)
    return found


def _all_han(text: str) -> bool:
    return bool(text) and len(text) <= _UPRIGHT_LETTERS[-1] and all(map(is_han, text))


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    whole = text[: limit - 1].rpartition(" ")[0]
    return (whole if len(whole) > limit // 2 else text[: limit - 1]).rstrip() + "…"
