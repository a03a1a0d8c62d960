"""Files and directories that are there whole or not at all, whenever the power goes: what is written is on the disk first, and has
its name then. Torch-free; leaves out what is in them, and whether it is believed.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def put(file: Path, data: bytes) -> None:
    """Write `file`, in the place of what may be there. Blocks; raises OSError."""
    making = file.with_name(f".{file.name}")
    _write(making, data, "wb")
    making.replace(file)


@contextmanager
def made(root: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """A new directory in `root` that has `files`, under a name that says nothing. Unless it is `named` it goes again. Blocks.

    Raises:
        OSError: it cannot be written. Nothing is left behind.
    """
    root.mkdir(parents=True, exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix=".writing-", dir=root))
    try:
        for name, data in files.items():
            _write(directory / name, data, "xb")
        _sync(directory)
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)  # gone already where it was given its name


def named(directory: Path, name: str) -> bool:
    """Give a `made` directory its `name`; False: there is one of that name, which stays as it is. Raises OSError."""
    try:
        directory.rename(directory.with_name(name))
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR}:
            raise
        return False
    _sync(directory.parent)
    return True


def _write(path: Path, data: bytes, mode: str) -> None:
    with path.open(mode) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
