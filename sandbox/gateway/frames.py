"""How a frame is put on the wire: JSON, or JSON in one zlib or zstd stream for the whole connection.

discord.py asks for zstd where it finds an implementation (the package zstandard, or Python 3.14's own) and for zlib
elsewhere. The sandbox runs where the bot runs, looks in the same two places, and refuses what it does not find.
"""

from __future__ import annotations

import importlib
import json
import zlib
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Encoder(Protocol):
    """Turns a frame into what the socket sends."""

    def encode(self, frame: dict[str, Any]) -> str | bytes:
        """The message."""


class Plain:
    """Text."""

    def encode(self, frame: dict[str, Any]) -> str:
        """The message."""
        return json.dumps(frame, separators=(",", ":"))


class Stream:
    """One compressed stream: each message ends where it can be read without the next."""

    def __init__(self, compress: Callable[[bytes], bytes], flush: Callable[[], bytes]) -> None:
        self._compress = compress
        self._flush = flush

    def encode(self, frame: dict[str, Any]) -> bytes:
        """The message."""
        raw = json.dumps(frame, separators=(",", ":")).encode()
        return self._compress(raw) + self._flush()


def encoder(compress: str | None) -> Encoder | None:
    """The encoder that a client asked for with `compress=`; None where there is no such."""
    if not compress:
        return Plain()
    if compress == "zlib-stream":
        zlib_stream = zlib.compressobj(level=1)
        return Stream(zlib_stream.compress, lambda: zlib_stream.flush(zlib.Z_SYNC_FLUSH))
    return _zstd() if compress == "zstd-stream" else None


def _zstd() -> Stream | None:
    if find_spec("zstandard") is not None:
        package = importlib.import_module("zstandard")
        stream = package.ZstdCompressor(level=1).compressobj()
        return Stream(stream.compress, lambda: stream.flush(package.COMPRESSOBJ_FLUSH_BLOCK))
    if find_spec("compression") is not None:
        package = importlib.import_module("compression.zstd")
        stream = package.ZstdCompressor(level=1)
        return Stream(stream.compress, lambda: stream.flush(package.ZstdCompressor.FLUSH_BLOCK))
    return None
