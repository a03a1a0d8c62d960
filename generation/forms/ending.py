"""Where to end a piece that was stopped in the middle: at its last whole line, or its last whole sentence. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generation.forms.form import FormKind

LEAST = 0.5  # share of the text that must stay; else it is left as it is
_SENTENCE = re.compile(r"[.!?…。！？][\"'”’)\]]*(?=\s|\Z)")


def at_an_end(text: str, kind: FormKind) -> str:
    """`text` without what was only begun at its end: a line of verse, else a sentence."""
    text = text.rstrip()
    ends = [found.end() for found in _SENTENCE.finditer(text)]
    if kind == "verse":
        ends.append(text.rfind("\n"))
    kept = text[: max(ends, default=0)].rstrip()
    return kept if len(kept) >= LEAST * len(text) else text
