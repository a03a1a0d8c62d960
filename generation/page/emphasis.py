"""Fountain's emphasis as runs of letters with a style: `*italic*`, `**bold**`, `***both***`, `_underlined_`, and a
backslash before a star or an underscore that is meant itself. Pure; a mark that is never closed stays as it was written.
"""

from __future__ import annotations

import re

Run = tuple[str, str]  # letters, and their style: some of "b", "i" and "u", in this order

# `.{1,300}?`: emphasis is a few words, and a line of stars must not take quadratic time
_MARKED = re.compile(
    r"(?P<mark>\*{1,3}|(?<!\w)_)(?=\S)(?P<inner>.{1,300}?)(?<=\S)(?P=mark)(?:(?<=\*)|(?!\w))"
)
_STYLES = {"*": "i", "**": "b", "***": "bi", "_": "u"}
_ESCAPED = re.compile(r"\\([*_])")
_HIDDEN = {"*": "\ue000", "_": "\ue001"}  # private characters, of which `printable` leaves none in a text
_SHOWN = str.maketrans({hidden: shown for shown, hidden in _HIDDEN.items()})


def runs(text: str) -> list[Run]:
    """`text`, of one line, in runs of one style each; together they are the text without its marks."""
    found = _runs(_ESCAPED.sub(lambda match: _HIDDEN[match[1]], text), "")
    return [(letters.translate(_SHOWN), style) for letters, style in found]


def _runs(text: str, style: str) -> list[Run]:
    found: list[Run] = []
    at = 0
    for match in _MARKED.finditer(text):
        if match.start() > at:
            found.append((text[at : match.start()], style))
        within = style + _STYLES[match["mark"]]
        found += _runs(match["inner"], "".join(letter for letter in "biu" if letter in within))
        at = match.end()
    return [*found, (text[at:], style)] if at < len(text) else found
