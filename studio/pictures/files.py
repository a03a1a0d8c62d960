"""The bytes of pictures: files named by their digest, written whole or not at all.

Two creations with the same bytes share a file. Which are still needed is the store's to say: who writes or
removes one holds the lock until the commit that speaks of it is made, so that no creation is ever without its file.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from studio.errors import Refusal, StoreUnavailable

ENDINGS = {"image/png": ".png", "image/webp": ".webp"}
NAME = re.compile(r"([0-9a-f]{64})\.(png|webp)")
UNFINISHED = ".new"
GONE = "This picture's file is gone, so I cannot show it again; ask for a new one."


class PictureFiles:
    """A folder of pictures; it is made when the first one comes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # held from a file's writing or removal to the end of the transaction beside it
        self.lock = asyncio.Lock()
        self.unspoken: set[str] = set()  # digests that were written, and of which no commit is known to speak

    async def keep(self, digest: str, mime: str, data: bytes) -> None:
        """Write a picture so that it outlives a power cut. Twice is once. Hold the lock.

        Raises:
            StoreUnavailable: the disk does not take it.
        """
        path = self._path(digest, mime)
        self.unspoken.add(digest)
        try:
            await asyncio.to_thread(_write, path, data)
        except OSError as error:
            raise StoreUnavailable(
                f"A picture cannot be written to {self.folder}: {error.strerror}."
            ) from error

    async def read(self, digest: str, mime: str) -> bytes:
        """A picture's bytes, as they were written.

        Raises:
            Refusal: they are gone, or not what they were.
            StoreUnavailable: they cannot be read now.
        """
        path = self._path(digest, mime)

        def look() -> tuple[bytes, str]:
            data = path.read_bytes()
            return data, hashlib.sha256(data).hexdigest()

        try:
            data, found = await asyncio.to_thread(look)
        except FileNotFoundError:
            raise Refusal(GONE) from None
        except OSError as error:  # it is there, and may be read another time
            raise StoreUnavailable(
                f"A picture cannot be read from {self.folder}: {error.strerror}."
            ) from error
        if found != digest:
            raise Refusal(GONE)
        return data

    async def digests(self, older_than: float = math.inf) -> set[str]:
        """The digests of the pictures that lie here since before `older_than`, in Unix seconds."""

        def look() -> set[str]:
            if not self.folder.is_dir():
                return set()
            return {
                match[1]
                for path in self.folder.iterdir()
                if (match := NAME.fullmatch(path.name)) and path.stat().st_mtime < older_than
            }

        return await asyncio.to_thread(look)

    async def tidy(self, older_than: float) -> None:
        """Delete what writes left that were cut off before `older_than`, in Unix seconds. Hold the lock."""

        def delete() -> None:
            for path in self.folder.glob(f"*{UNFINISHED}"):
                if path.stat().st_mtime < older_than:
                    path.unlink(missing_ok=True)

        await asyncio.to_thread(delete)

    async def remove(self, digests: set[str]) -> None:
        """Delete pictures; those that are not there are deleted already. Hold the lock."""

        def delete() -> None:
            for digest in digests:
                for mime in ENDINGS:
                    with suppress(OSError):  # one that stays is swept up at the next start
                        self._path(digest, mime).unlink(missing_ok=True)

        await asyncio.to_thread(delete)

    def _path(self, digest: str, mime: str) -> Path:
        return self.folder / f"{digest}{ENDINGS[mime]}"


def _write(path: Path, data: bytes) -> None:
    if path.exists() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name outlives a power cut too
    finally:
        os.close(folder)
