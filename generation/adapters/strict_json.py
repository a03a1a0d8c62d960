"""A JSON object out of a file that a stranger may have made.

Stricter than the standard: no key twice, no NaN or infinity, no integer of more than 20 digits, no nesting deeper than
8. How long the text may be is for the caller to say, before reading it; all else here costs time in proportion to it.
"""

from __future__ import annotations

import json
import math
from typing import Any

from generation.adapters.errors import AdapterError, quoted

MAX_DEPTH = 8
_MAX_DIGITS = 20


def parse(data: bytes | bytearray, what: str) -> dict[str, Any]:
    """The object in `data`; `what` names it in the error's sentence.

    Raises:
        AdapterError: it is not such an object.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise AdapterError(f"{what} is not UTF-8 text.") from None
    if _too_deep(text):
        raise AdapterError(f"{what} is nested deeper than {MAX_DEPTH} levels.")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise AdapterError(f"{what} has the key {quoted(key)} twice.")
            found[key] = value
        return found

    def integer(digits: str) -> int:
        if len(digits) > _MAX_DIGITS:
            raise AdapterError(f"{what} has an integer of more than {_MAX_DIGITS} digits.")
        return int(digits)

    def number(digits: str) -> float:
        value = float(digits)
        if not math.isfinite(value):
            raise AdapterError(f"{what} has a number that is not finite.")
        return value

    try:
        found = json.loads(
            text, object_pairs_hook=once, parse_int=integer, parse_float=number, parse_constant=number
        )
    except json.JSONDecodeError as error:
        raise AdapterError(f"{what} is not JSON (line {error.lineno}, column {error.colno}).") from None
    if not isinstance(found, dict):
        raise AdapterError(f"{what} is not a JSON object.")
    return found


def _too_deep(text: str) -> bool:
    # what is left between quotes, once escapes are gone, is outside of strings; an escape that is itself outside
    # of one confuses this, but there the parser stops as well
    outside = "".join(text.replace("\\\\", "").replace('\\"', "").split('"')[::2])
    depth = 0
    for letter in outside:
        if letter in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif letter in "]}":
            depth -= 1
    return False
