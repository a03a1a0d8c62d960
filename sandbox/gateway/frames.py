"""How a frame is put on the wire: JSON, or JSON in one zlib or zstd stream for the whole connection.

discord.py asks for zstd where it finds an implementation and for zlib elsewhere. Both are answered; zstd only
where this process finds the same package.
"""

from __future__ import annotations

import importlib
import json
import zlib
from importlib.util import find_spec
from typing import Any, Protocol


class Encoder(Protocol):
    """Turns a frame into what the socket sends."""

    def encode(self, frame: dict[str, Any]) -> str | bytes:
        """The message."""


class Plain:
    """Text."""

    def encode(self, frame: dict[str, Any]) -> str:
        """The message."""
        return json.dumps(frame, separators=(",", ":"))


class ZlibStream:
    """`compress=zlib-stream`: each message ends in Z_SYNC_FLUSH."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj(level=1)

    def encode(self, frame: dict[str, Any]) -> bytes:
        """The message."""
        raw = json.dumps(frame, separators=(",", ":")).encode()
        return self._stream.compress(raw) + self._stream.flush(zlib.Z_SYNC_FLUSH)


class ZstdStream:
    """`compress=zstd-stream`: each message is a flushed block of one stream."""

    def __init__(self) -> None:
        zstandard = importlib.import_module("zstandard")
        self._block = zstandard.COMPRESSOBJ_FLUSH_BLOCK
        self._stream = zstandard.ZstdCompressor(level=1).compressobj()

    def encode(self, frame: dict[str, Any]) -> bytes:
        """The message."""
        raw = json.dumps(frame, separators=(",", ":")).encode()
        return bytes(self._stream.compress(raw) + self._stream.flush(self._block))


def encoder(compress: str | None) -> Encoder | None:
    """The encoder that a client asked for; None where there is no such."""
    if not compress:
        return Plain()
    if compress == "zlib-stream":
        return ZlibStream()
    if compress == "zstd-stream" and find_spec("zstandard") is not None:
        return ZstdStream()
    return None
