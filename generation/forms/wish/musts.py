"""Words that a piece has to hold, and what its form is built on, found in an English wish."""

from __future__ import annotations

import re

_QUOTED = r"(?:\"[^\"“”]{1,80}\"|“[^“”]{1,80}”|‘[^‘’]{1,80}’|„[^„“”]{1,80}[“”]|«[^«»]{1,80}»|(?<!\w)'(?:[^']|(?<=\w)'(?=\w)){1,80}'(?!\w))"
_BARE = (
    r"(?!(?:and|make|keep|in|it|please|but|with|no|the|a|an|my|your|our|for|about|or|of|to)\b)[^\W_][\w'’-]*"
)
_AND = r"(?:\s*,\s*(?:and\s+)?|\s+(?:and|or)\s+|\s*&\s*)"
_CUE = (
    r"(?:(?:it|they|that|which)\s+)?(?:(?:must|should|has to|have to|needs to)\s+)?"
    r"(?:with|using|uses?|includ(?:e|es|ing)|contain(?:s|ing)?|have|has|having|featur(?:es|ing)|mention(?:s|ing)?|add(?:ing)?|put in)"
)
_END = r"(?:\s+(?:somewhere\s+)?in it(?:\s+somewhere)?)?(?:\s*\))?"
_ITEM = rf"(?:{_QUOTED}|{_BARE})"
_LEAD = r"(?:^|[\s,;.(]+)(?:(?:and|please|but)\s+)*"
_WORDS = re.compile(
    rf"{_LEAD}{_CUE}\s+(?:(?:all|both)\s+)?(?:(?:of\s+)?(?:the|these|this|those)\s+)?(?:following\s+)?words?\s*:?\s*"
    rf"(?P<list>{_ITEM}(?:{_AND}{_ITEM})*){_END}",
    re.IGNORECASE,
)
_QUOTES = re.compile(
    rf"{_LEAD}{_CUE}\s+(?:the\s+)?(?P<list>{_QUOTED}(?:{_AND}{_QUOTED})*){_END}", re.IGNORECASE
)
_INCLUDING = re.compile(
    rf"{_LEAD}(?:including|must (?:include|contain|have)|it (?:must|should) (?:include|contain|have))\s*:?\s+"
    rf"(?P<list>{_BARE}(?:{_AND}{_BARE})*)\s*[.!)]*$",
    re.IGNORECASE,
)
_SPELLED = re.compile(
    rf"[\s,]*\b(?:(?:that|which)\s+)?(?:(?:whose|with the)\s+(?:first|initial)\s+letters\s+)?"
    rf"spell(?:ing|s|ed|t)?(?:\s+out)?(?:\s+the\s+(?:word|name))?\s*:?\s+(?P<word>{_QUOTED}|[^\W\d_]+)",
    re.IGNORECASE,
)
_LINE = re.compile(
    rf"[\s,]*(?:\b(?:{_CUE}|from|on|after|around|(?:that\s+)?(?:ends?|ending) (?:on|with|in)|built on|based on|find(?:ing)?|hiding)\s+)?"
    rf"(?P<cue>the\s+(?:line|verse|phrase|sentence)\s*:?\s*)?(?P<line>{_QUOTED}){_END}",
    re.IGNORECASE,
)
_SPLIT = re.compile(rf"{_QUOTED}|[^\s,&]+", re.IGNORECASE)
_MARKS = "\"“”‘’„«»'"
SHORT_QUOTE = 2  # words: what is longer is a line


def find_musts(text: str) -> tuple[str, tuple[str, ...]]:
    """`text` without its clauses "with the word …", and the words to include. A word in quotes is one, and stays."""
    found: list[str] = []
    for pattern in (_WORDS, _QUOTES, _INCLUDING):
        while match := pattern.search(text):
            found += [
                bare(item) for item in _SPLIT.findall(match["list"]) if item.lower() not in ("and", "or")
            ]
            text = text[: match.start()] + text[match.end() :]
    for match in re.finditer(_QUOTED, text):
        if len(bare(match[0]).split()) == 1:
            found.append(bare(match[0]))
    return text, unique(found)


def find_spelled(text: str) -> tuple[str, str]:
    """`text` without "spelling RAIN", and the word."""
    match = _SPELLED.search(text)
    if match is None:
        return text, ""
    return text[: match.start()] + text[match.end() :], bare(match["word"])


def find_given_line(text: str) -> tuple[str, str, bool]:
    """`text` without a quoted line (three words or more, or announced as one), the line, and whether it was announced."""
    for match in _LINE.finditer(text):
        line = bare(match["line"])
        if match["cue"] or len(line.split()) > SHORT_QUOTE:
            return text[: match.start()] + text[match.end() :], line, match["cue"] is not None
    return text, "", False


def bare(item: str) -> str:
    """An item without its quotes."""
    return item.strip().strip(_MARKS).strip()


def unique(words: list[str]) -> tuple[str, ...]:
    """Each word once, however it is capitalised, in order."""
    found: dict[str, str] = {}
    for word in words:
        if word:
            found.setdefault(word.casefold(), word)
    return tuple(found.values())
