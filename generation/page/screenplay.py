"""A script as a PDF in the layout of the industry, from its Fountain source.

A title stands at the top of the first page instead of on one of its own: these are scenes of a page or three.
Speeches of up to eight paragraphs stay on one page.

Measured on one core, Typst 0.15.2: 8 ms for a scene of one page (30 kB).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generation.page import fonts
from generation.page.emphasis import runs
from generation.page.errors import TooLongError
from generation.page.fountain import read
from generation.page.text import breakable, demand, printable, without_strangers
from generation.page.typesetter import typeset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.page.fountain import Element

MOST_CHARACTERS = 30_000  # some twenty pages
TITLE_KEYS = ("title", "credit", "author", "authors", "source", "date", "draft date")

_ACTION_COLUMNS, _SPEECH_COLUMNS, _ASIDE_COLUMNS = (
    60,
    35,
    24,
)  # letters a line of a typewriter's tenth of an inch
_COLUMNS = {"dialogue": _SPEECH_COLUMNS, "lyric": _SPEECH_COLUMNS, "cue": 33, "parenthetical": _ASIDE_COLUMNS}
_SPOKEN = ("dialogue", "parenthetical", "lyric")


def screenplay(fountain: str) -> bytes:
    """A PDF, US Letter, of the script; a text that is not Fountain is printed as action, and none is lost.

    Raises:
        TooLongError: it has more than `MOST_CHARACTERS` characters.
        UnprintableError: there is nothing to print, or a character that no font here has.
        PageError: it cannot be set.
    """
    if len(fountain) > MOST_CHARACTERS:
        raise TooLongError(
            f"A screenplay holds {MOST_CHARACTERS} characters at most; this has {len(fountain)}."
        )
    script = read(printable(fountain))
    covered = fonts.covered(fonts.TYPEWRITER, fonts.SERIF, fonts.HAN)
    demand("\n".join(element.text for element in script.elements), covered)
    titles = [without_strangers(script.titles.get(key, ""), covered) for key in TITLE_KEYS]
    page: dict[str, Any] = {
        "title": titles[0],
        "titles": [breakable(line, _ACTION_COLUMNS) for line in titles if line],
        "parts": _parts(script.elements),
    }
    return typeset("screenplay.typ", page, "pdf")


def _parts(elements: Sequence[Element]) -> list[tuple[str, Any]]:
    """Each element as the template has it, what one speaker says gathered under the cue."""
    found: list[tuple[str, Any]] = []
    for element in elements:
        part = (element.kind, _lines(element))
        if element.kind == "cue":
            found.append(("speech", [part]))
        elif element.kind in _SPOKEN and found and found[-1][0] == "speech":
            found[-1][1].append(part)
        else:
            found.append(part)
    return found


def _lines(element: Element) -> list[list[tuple[str, str]]]:
    every = _COLUMNS.get(element.kind, _ACTION_COLUMNS)
    return [
        [(breakable(letters, every), style) for letters, style in runs(line)] or [("", "")]
        for line in element.text.split("\n")
    ]
