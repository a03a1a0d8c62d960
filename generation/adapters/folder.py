"""A directory of a few plain files, opened so that it cannot trick its reader.

Nothing is found by path twice: the directory is opened once, its files relative to it, and what is checked is what was
opened. No symbolic link is followed, and neither a pipe, a socket nor a device is waited for. Every read has a limit
that was known before it.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.adapters.errors import AdapterError, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

CONFIG = "adapter_config.json"
TENSORS = "adapter_model.safetensors"
MANIFEST = "manifest.json"
NAMES = (CONFIG, TENSORS, MANIFEST)

_SHOWN = 12  # digits of a digest in a sentence
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A plain file, open for reading, that had `size` bytes then."""

    name: str
    descriptor: int
    size: int

    def read(self, offset: int, count: int) -> bytearray:
        """`count` bytes from `offset`, both within `size`.

        Raises:
            AdapterError: the file has become shorter.
        """
        assert 0 <= offset <= offset + count <= self.size
        data = bytearray(count)
        view = memoryview(data)
        done = 0
        while done < count:
            got = os.preadv(self.descriptor, [view[done:]], offset + done)
            if not got:
                raise AdapterError(f"{self.name} changed while it was read.")
            done += got
        return data


@dataclass(frozen=True, slots=True)
class Folder:
    """An open directory that holds the files that belong into it and no other."""

    descriptor: int

    @contextmanager
    def file(self, name: str, limit: int) -> Iterator[OpenedFile]:
        """The file of that name, when it is a plain one of 1 to `limit` bytes.

        Raises:
            AdapterError: it is not.
        """
        # looked at before it is opened, because opening a device can already do something
        _plain(name, os.stat(name, dir_fd=self.descriptor, follow_symlinks=False))
        descriptor = os.open(name, _OPEN, dir_fd=self.descriptor)
        try:
            status = os.fstat(descriptor)
            _plain(name, status)
            if status.st_size > limit:
                raise AdapterError(
                    f"{name} has {status.st_size} bytes, more than the {limit} that it may have."
                )
            if not status.st_size:
                raise AdapterError(f"{name} is empty.")
            yield OpenedFile(name, descriptor, status.st_size)
        finally:
            os.close(descriptor)

    def whole(self, name: str, limit: int) -> bytearray:
        """All bytes of the file of that name, as `file` opens it."""
        with self.file(name, limit) as file:
            return file.read(0, file.size)


@contextmanager
def folder(
    root: Path, name: str, *, files: Collection[str] = NAMES, what: str = "adapter"
) -> Iterator[Folder]:
    """The directory `name` in `root`, and `what` it is called. `root` is the operator's and trusted; what is in it is not.

    Raises:
        AdapterError: it is missing, a link or no directory, holds anything else than `files`, or the system does not let
            it be read.
    """
    try:
        above = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            status = os.stat(name, dir_fd=above, follow_symlinks=False)
            if not stat.S_ISDIR(status.st_mode):
                raise AdapterError(f"The {what} {quoted(name[:_SHOWN])} is {_kind(status)}, not a directory.")
            descriptor = os.open(name, _OPEN | os.O_DIRECTORY, dir_fd=above)
        finally:
            os.close(above)
    except FileNotFoundError:
        raise AdapterError(f"There is no {what} {quoted(name[:_SHOWN])}.") from None
    except OSError as error:
        raise AdapterError(
            f"The {what} {quoted(name[:_SHOWN])} cannot be opened: {error.strerror}."
        ) from error
    try:
        _exactly(files, descriptor, what)
        yield Folder(descriptor)
    except OSError as error:
        raise AdapterError(f"The {what} {quoted(name[:_SHOWN])} cannot be read: {error.strerror}.") from error
    finally:
        os.close(descriptor)


def _exactly(files: Collection[str], descriptor: int, what: str) -> None:
    missing = set(files)
    with os.scandir(descriptor) as entries:  # stops at the first stranger, however many there are
        for entry in entries:
            if entry.name not in missing:
                raise AdapterError(
                    f"The {what}'s directory holds {quoted(entry.name)}, which does not belong there."
                )
            missing.remove(entry.name)
    if missing:
        raise AdapterError(f"The {what} has no {min(missing)}.")


def _plain(name: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise AdapterError(f"{name} is {_kind(status)}, not a plain file.")


def _kind(status: os.stat_result) -> str:
    return _KINDS.get(stat.S_IFMT(status.st_mode), "a plain file")
