"""The answer to a streamed completion, from bytes to pieces. Server-sent events, as far as OpenAI's dialect goes.

Nothing is believed of it: a line has a bound, JSON may be none, and every field may have any type.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generation.remote.errors import Garbled, Overloaded

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

LINE_BYTES = 2**18
MUCH = "The server that writes sent far more than was asked for."
NONSENSE = "The server that writes sent something that is no answer."
_DONE = b"[DONE]"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens, as the server counted them."""

    prompt_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Piece:
    """One event: a bit of text, or why it ended, or what it cost, or several of these; `last`: nothing comes after it."""

    text: str = ""
    finish: str | None = None
    usage: Usage | None = None
    last: bool = False


async def lines(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Whole lines without their ends; one that has only begun when the bytes end is not given.

    Raises:
        Garbled: a line is longer than `LINE_BYTES`.
    """
    begun = b""
    async for chunk in chunks:
        *whole, begun = (begun + chunk).split(b"\n")
        if any(len(line) > LINE_BYTES for line in (*whole, begun)):
            raise Garbled(MUCH, detail="a line without an end")
        for line in whole:
            yield line.removesuffix(b"\r")


def piece(line: bytes) -> Piece | None:
    """What a line says; None where it says nothing that is of use here.

    Raises:
        Garbled: it is not an event, or not one of a completion.
        Overloaded: it tells of an error.
    """
    if not line or line.startswith((b":", b"event:", b"id:", b"retry:")):
        return None
    if not line.startswith(b"data:"):
        raise Garbled(NONSENSE, detail="not an event stream")
    data = line.removeprefix(b"data:").strip()
    if data == _DONE:
        return Piece(last=True)
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        raise Garbled(NONSENSE, detail="broken JSON") from None
    if not isinstance(told, dict):
        raise Garbled(NONSENSE, detail="an event that is no object")
    if told.get("error") is not None:
        raise Overloaded(
            "The server that writes stumbled over it.", status=200, detail="an error in the stream"
        )
    try:
        return Piece(*_choice(told.get("choices") or []), _usage(told.get("usage")))
    except (TypeError, KeyError, IndexError, AttributeError):
        raise Garbled(NONSENSE, detail="an event of another shape") from None


def _choice(choices: Any) -> tuple[str, str | None]:
    if not choices:
        return "", None
    first = choices[0]
    text, finish = (first.get("delta") or {}).get("content") or "", first.get("finish_reason")
    if not isinstance(text, str) or not isinstance(finish, str | None):
        raise TypeError
    return text, finish


def _usage(usage: Any) -> Usage | None:
    if usage is None:
        return None
    counts = usage["prompt_tokens"], usage["completion_tokens"]
    if any(type(count) is not int or not 0 <= count < 2**31 for count in counts):
        raise TypeError
    return Usage(*counts)
