"""What goes wrong with an adapter, in one sentence that may be shown to anybody.

The sentences quote names and values out of files that a stranger may have made, so what is quoted is short, plain
ASCII: no control character, no letter that only looks like another, nothing that a chat would render.
"""

from __future__ import annotations

import json
import string

_PLAIN = frozenset(string.ascii_letters + string.digits + "_.-+,[] ")
_LONGEST = 60


class AdapterError(Exception):
    """The adapter is not there, or is refused; the message is one sentence that names what is wrong.

    The only error of `generation.adapters`.
    """


def quoted(value: object) -> str:
    """`value`, a string or anything else out of a JSON file, for a sentence: at most 60 characters between the quotes."""
    text = value if isinstance(value, str) else json.dumps(value)
    shown = ""
    for letter in text:
        code = ord(letter)
        part = letter if letter in _PLAIN else f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
        if len(shown) + len(part) > _LONGEST - 1:
            return f'"{shown}…"'
        shown += part
    return f'"{shown}"'
