"""Fountain read for the page (fountain.io/syntax, version 1.1): a script's source as the elements that are printed.

A reader of our own, because a page must lose nothing that was written: `fountain-parser` 0.1.1, which judges whether
a scene is well formed, takes any first line with a colon for a title page, drops what stands before a comment or after
one that is never closed, and joins the lines of action. Left out here, as Fountain has it, are notes, comments that are
closed, sections and synopses; dual dialogue is printed one after the other.

Where small models write something near to Fountain, more is taken for a cue than Fountain does (`MARA: Hello.`, and a
name in capitals right under action), and less for a section (`#` and `=` want a space after them).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "heading", "action", "cue", "dialogue", "parenthetical", "transition", "centred", "lyric", "page break"
]


@dataclass(frozen=True, slots=True)
class Element:
    """One printed thing. `text` may have several lines, and Fountain's emphasis still in it; a page break has none."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Script:
    """A script: the values of its title page by lower-case key, and its elements in order."""

    titles: dict[str, str]
    elements: tuple[Element, ...]


MOST_OF_A_CUE = 60  # characters

_TITLE_KEYS = "title|credit|authors?|source|draft date|date|contact|copyright|notes|revision|format"
_TITLE = re.compile(rf"({_TITLE_KEYS}):[ \t]*(.*)", re.IGNORECASE)
_HEADING = re.compile(
    r"(?:INT|EXT|EST|INT\.?\s*/\s*EXT|EXT\.?\s*/\s*INT|I\s*/\s*E)(?:\.|[ \t])", re.IGNORECASE
)
_SCENE_NUMBER = re.compile(r"[ \t]*#([\w.-]+)#[ \t]*$")
_TRANSITION = re.compile(r"[^a-z]*\bTO:|FADE (?:IN|OUT|TO BLACK)[.:]|CUT TO BLACK[.:]|THE END\.?")
_EXTENSION = re.compile(r"[ \t]*\([^()]*\)[ \t]*$")
_ON_ONE_LINE = re.compile(r"([^\W\d_a-z][^:a-z\n]{0,38}?(?:[ \t]*\([^()]*\))?)[ \t]*:[ \t]+(\S.*)")


def read(text: str) -> Script:
    """The script of a Fountain source; text that is not Fountain is action, and no text is lost."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    text = _without(_without(text, "/*", "*/"), "[[", "]]")
    lines = [line.rstrip() for line in text.split("\n")]
    titles, first = _titles(lines)
    return Script(titles, tuple(_elements(lines[first:])))


def _without(text: str, opened: str, closed: str) -> str:
    """`text` without what stands between the two marks; one that is never closed stays."""
    kept = []
    at = 0
    while (begin := text.find(opened, at)) >= 0 and (end := text.find(closed, begin + len(opened))) >= 0:
        kept.append(text[at:begin])
        at = end + len(closed)
    return "".join([*kept, text[at:]])


def _titles(lines: list[str]) -> tuple[dict[str, str], int]:
    """The title page, and where the script begins; only a page that begins with one of Fountain's own keys is one."""
    n = 0
    while n < len(lines) and not lines[n].strip():
        n += 1
    found: dict[str, list[str]] = {}
    key = ""
    while n < len(lines) and lines[n].strip():
        if match := _TITLE.fullmatch(lines[n]):
            key = match[1].lower()
            found[key] = [match[2].strip()] if match[2].strip() else []
        elif key and lines[n].startswith(("   ", "\t")):
            found[key].append(lines[n].strip())
        else:
            break
        n += 1
    if n < len(lines) and lines[n].strip():  # it goes on as a script does: none of it is a title page
        return {}, 0
    return {key: "\n".join(value) for key, value in found.items() if value}, n


def _elements(lines: list[str]) -> list[Element]:
    found: list[Element] = []
    n = 0
    while n < len(lines):
        if not lines[n].strip():
            n += 1
            continue
        after_blank = n == 0 or not lines[n - 1].strip()
        before_blank = n + 1 >= len(lines) or not lines[n + 1].strip()
        element = _alone(lines[n].strip(), after_blank=after_blank, before_blank=before_blank)
        if element is not None:
            if element.text or element.kind == "page break":
                found.append(element)
            n += 1
        elif spoken := _spoken_on_one_line(lines[n].strip()):
            found += spoken
            n += 1
        elif cue := _cue(lines[n].strip(), before_blank=before_blank):
            found.append(Element("cue", cue))
            n = _speech(lines, n + 1, found)
        else:
            n = _action(lines, n, found)
    return found


def _alone(line: str, *, after_blank: bool, before_blank: bool) -> Element | None:
    """What a line is by itself, whatever comes next; "" for what is not printed; None for the rest."""
    if re.fullmatch(r"={3,}", line):
        return Element("page break", "")
    if re.match(r"(?:#{1,6}|=)[ \t]", line):  # a section, a synopsis: for the writer alone
        return Element("action", "")
    if line.startswith(".") and not line.startswith(".."):
        return Element("heading", _heading(line[1:]))
    if _HEADING.match(line) and after_blank:
        return Element("heading", _heading(line))
    if line.startswith(">"):
        if line.endswith("<"):
            return Element("centred", line[1:-1].strip())
        return Element("transition", line[1:].strip())
    if _TRANSITION.fullmatch(line) and before_blank:
        return Element("transition", line)
    if line.startswith("~"):
        return Element("lyric", line[1:].strip())
    return None


def _heading(line: str) -> str:
    number = _SCENE_NUMBER.search(line)
    plain = (line[: number.start()] if number else line).strip().upper()
    return f"{number[1]}  {plain}" if number else plain


def _spoken_on_one_line(line: str) -> list[Element]:
    match = _ON_ONE_LINE.fullmatch(line)
    if match is None or not _is_name(match[1]):
        return []
    return [Element("cue", match[1]), *_said(match[2])]


def _cue(line: str, *, before_blank: bool) -> str:
    """The speaker whom a line names, as it is printed; "" where it is no cue."""
    forced = line.startswith("@")
    name = line.removeprefix("@").removesuffix("^").strip()
    if forced or (not before_blank and _is_name(name)):
        return name
    return ""


def _is_name(text: str) -> bool:
    """Whether it could be a name in capitals: `MARA`, `DR. OH (V.O.)`; extensions in brackets may be in any case."""
    if len(text) > MOST_OF_A_CUE or text.startswith("!"):
        return False
    while match := _EXTENSION.search(text):
        text = text[: match.start()]
    text = text.strip("*_ ")
    return text.isupper() and not text.endswith((".", "!", "?", ":", ",", "…"))


def _speech(lines: list[str], n: int, found: list[Element]) -> int:
    """Put what is said under a cue, up to a blank line; a line of two spaces is a pause within it. Where it ends."""
    while n < len(lines) and lines[n].strip():
        found += _said(lines[n].strip())
        n += 1
    return n


def _said(line: str) -> list[Element]:
    """A line of speech: parentheticals on lines of their own, the rest as dialogue."""
    if line.startswith("~"):
        return [Element("lyric", line[1:].strip())]
    match = re.fullmatch(r"(\([^()]*\))[ \t]*(.*)", line)
    if match is None:
        return [Element("dialogue", line)]
    return [Element("parenthetical", match[1]), *([Element("dialogue", match[2])] if match[2] else [])]


def _action(lines: list[str], n: int, found: list[Element]) -> int:
    """Put a paragraph of action, its lines as they are, up to a blank line or what is something else. Where it ends."""
    begin = n
    while n < len(lines) and (line := lines[n].strip()):
        last = n + 1 >= len(lines) or not lines[n + 1].strip()
        if n > begin and (
            _alone(line, after_blank=False, before_blank=last) is not None
            or _spoken_on_one_line(line)
            or line.startswith("@")
            or (
                not last and _is_name(line)
            )  # Fountain wants a blank line before a cue; small models forget it
        ):
            break
        n += 1
    paragraph = [line.strip().removeprefix("!") for line in lines[begin:n]]
    found.append(Element("action", "\n".join(paragraph)))
    return n
