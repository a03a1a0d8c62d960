"""What is written whole or not at all, where the disk is full and where a name is taken."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from generation import whole

if TYPE_CHECKING:
    from pathlib import Path


def full(_descriptor: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_file_takes_the_place_of_the_old_one_or_the_old_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "seconds.json"
    whole.put(file, b"old")
    whole.put(file, b"new")
    assert file.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [file]
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        whole.put(file, b"newer")
    assert file.read_bytes() == b"new"


def test_a_directory_without_a_name_goes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "heads"
    with whole.made(root, {"a": b"1"}) as made:
        assert [path.read_bytes() for path in made.iterdir()] == [b"1"]
    assert not any(root.iterdir())
    with pytest.raises(ZeroDivisionError), whole.made(root, {"a": b"1"}):
        raise ZeroDivisionError
    assert not any(root.iterdir())
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"), whole.made(root, {"a": b"1"}):
        pass
    assert not any(root.iterdir())


def test_a_name_is_given_once(tmp_path: Path) -> None:
    for content, first in ((b"1", True), (b"2", False)):
        with whole.made(tmp_path, {"a": content}) as made:
            assert whole.named(made, "abc") is first
    assert [path.name for path in tmp_path.iterdir()] == ["abc"]
    assert (tmp_path / "abc" / "a").read_bytes() == b"1"
    (tmp_path / "file").write_bytes(b"")
    with whole.made(tmp_path, {"a": b"1"}) as made:
        assert not whole.named(made, "file")


def test_it_loads_no_torch() -> None:
    code = "import sys; from generation import whole; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
