"""What a small chat model says around a piece, taken off. Pure, and true of half a text as of a whole one."""

from __future__ import annotations

import re

_PREAMBLE = re.compile(
    r"""\A(?:\s*(?:
        (?:(?:sure|certainly|of\ course|okay)[,!.]\ *)?here(?:['’]s|\ is|\ are)\b[^\n]{0,120}:  # Sure! Here is a poem:
        | (?:sure|certainly|of\ course|okay)[!.]
        | (?:title|theme)\ *:[^\n]{0,120}
    )\s*\n+)+""",
    re.IGNORECASE | re.VERBOSE,
)
_HEADING = re.compile(r"\A\s*(?:#{1,3} [^\n]*|\*\*[^\n*]{1,80}\*\*)\s*\n+")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_QUOTES = {'"': '"', "“": "”"}


def tidy(text: str) -> str:
    """`text` without a preamble, a markdown title, quotes around the whole, trailing spaces and gaps of lines."""
    text = text.replace("\r\n", "\n").lstrip()
    text = _PREAMBLE.sub("", text, count=1)
    text = _HEADING.sub("", text, count=1)
    text = _BOLD.sub(r"\1", text)
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    closing = _QUOTES.get(text[:1])
    if closing is not None and text.endswith(closing) and text.count(text[0]) + text.count(closing) <= 4:
        inner = text[1:-1]
        if text[0] not in inner and closing not in inner:
            text = inner.strip()
    return text
