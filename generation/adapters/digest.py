"""The name of an adapter: what it computes, and nothing of how its files are laid out."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generation.adapters.lora_config import LoraSettings
    from generation.adapters.tensor_file import Entry

_DIGEST = re.compile(r"[0-9a-f]{64}")


def is_digest(text: object) -> bool:
    """Whether `text` is the hex form, in lower case, of a SHA-256."""
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None


class Digest:
    """SHA-256 over one line with the canonical settings, then for each tensor, by ascending name, one line with the
    JSON list [name, dtype, shape] and its bytes, little-endian and row by row, as safetensors keeps them.

    The shape and type before the bytes say how many follow, so no two adapters are spelled alike.
    """

    def __init__(self, settings: LoraSettings) -> None:
        self._hash = hashlib.sha256(b"renga adapter 1\n")
        self._line(settings.canonical())

    def tensor(self, name: str, entry: Entry, data: bytearray) -> None:
        self._line(json.dumps([name, entry.dtype, entry.shape], separators=(",", ":")))
        self._hash.update(data)

    def hex(self) -> str:
        return self._hash.hexdigest()

    def _line(self, text: str) -> None:
        self._hash.update(text.encode() + b"\n")
