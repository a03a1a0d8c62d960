"""Directories that try to trick their reader: what is in them, what it is, and what it does meanwhile."""

from __future__ import annotations

import os
import pickle
import socket
from typing import TYPE_CHECKING, Any

import pytest

from generation.adapters import AdapterError, load, tensor_file
from generation.adapters import directory as directories
from generation.adapters import folder as folders
from tests.generation.adapters.bent import BASE, SHAPES, genuine, refusal, sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FILES = ("adapter_config.json", "adapter_model.safetensors", "manifest.json")


class Reads:
    def __init__(self) -> None:
        self.bytes = 0


@pytest.fixture(autouse=True)
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reads]:
    """Counts what is read, and holds every test here to the limits."""
    counted = Reads()
    preadv = os.preadv

    def counting(descriptor: int, buffers: Any, offset: int) -> int:
        got = preadv(descriptor, buffers, offset)
        counted.bytes += got
        return got

    monkeypatch.setattr(folders.os, "preadv", counting)
    yield counted
    assert counted.bytes <= directories.MAX_CONFIG + directories.MAX_MANIFEST + tensor_file.limit(SHAPES)


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named(file: str, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    (directory / file).unlink()
    assert refusal(directory) == f"The adapter has no {file}."


@pytest.mark.parametrize("file", FILES)
def test_an_empty_file_is_named(file: str, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    (directory / file).write_bytes(b"")
    assert refusal(directory) == f"{file} is empty."


def test_a_pickle_beside_the_tensors_is_refused_and_not_opened(tmp_path: Path, reads: Reads) -> None:
    directory = genuine(tmp_path)
    (directory / "adapter_model.bin").write_bytes(pickle.dumps({"lora": 1}))
    reads.bytes = 0
    assert (
        refusal(directory)
        == 'The adapter\'s directory holds "adapter_model.bin", which does not belong there.'
    )
    assert not reads.bytes


def test_a_pickle_in_place_of_the_tensors_is_no_safetensors_file(tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    (directory / "adapter_model.safetensors").write_bytes(pickle.dumps({"lora": [1.0] * 20}))
    assert "says that its header has" in refusal(directory)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("README.md", "README.md"),
        (".hidden", ".hidden"),
        ("Manifest.json", "Manifest.json"),
        ("\x1b[31m\n`@everyone`", r"\x1b[31m\x0a\x60\x40everyone\x60"),
        ("mаnifest.json", r"m\u0430nifest.json"),  # a Cyrillic a
        (b"\xff\xfe".decode("utf-8", "surrogateescape"), r"\udcff\udcfe"),
        ("x" * 200, "x" * 59 + "…"),
    ],
)
def test_a_stranger_among_the_files_is_named_in_plain_letters(name: str, shown: str, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    (directory / name).write_bytes(b"hello")
    assert f'"{shown}"' in refusal(directory)


def test_a_directory_of_many_files_is_not_listed_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = genuine(tmp_path)
    for number in range(100):
        (directory / f"{number}.json").touch()
    seen = []
    scandir = os.scandir

    class Counted:
        def __init__(self, where: Any) -> None:
            self.entries = scandir(where)

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *args: object) -> None:
            self.entries.close()

        def __iter__(self) -> Iterator[Any]:
            for entry in self.entries:
                seen.append(entry.name)
                yield entry

    monkeypatch.setattr(folders.os, "scandir", Counted)
    assert "does not belong there" in refusal(directory)
    assert len(seen) <= 4


def a_link(path: Path) -> None:
    aside = path.parent.parent / "aside"
    path.rename(aside)
    path.symlink_to(aside)


def a_dangling_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/nowhere/at/all")


def a_link_to_a_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    path.unlink()
    here = os.open(path.parent, os.O_RDONLY)
    try:
        with socket.socket(
            socket.AF_UNIX
        ) as listening:  # through /proc, because such a path may have 107 bytes
            listening.bind(f"/proc/self/fd/{here}/{path.name}")
    finally:
        os.close(here)


def a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


ODD: dict[Callable[[Path], None], str] = {
    a_link: "a symbolic link", a_dangling_link: "a symbolic link", a_link_to_a_device: "a symbolic link",
    a_pipe: "a pipe", a_socket: "a socket", a_directory: "a directory",
}  # fmt: skip


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("become", ODD)
def test_what_is_no_plain_file_is_refused_for_what_it_is(
    become: Callable[[Path], None], file: str, tmp_path: Path
) -> None:
    directory = genuine(tmp_path)
    become(directory / file)
    assert refusal(directory) == f"{file} is {ODD[become]}, not a plain file."


@pytest.mark.parametrize(
    ("become", "said"),
    [
        (a_link, "Too many levels of symbolic links"),
        (a_pipe, "adapter_config.json is a pipe, not a plain file."),
        (a_socket, "No such device or address"),
        (a_directory, "adapter_config.json is a directory, not a plain file."),
        (os.unlink, "No such file or directory"),
    ],
)
def test_a_file_swapped_after_it_was_looked_at_is_still_not_followed(
    become: Callable[[Path], None], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = genuine(tmp_path)
    stat = os.stat

    def swapping(path: Any, **options: Any) -> os.stat_result:
        status = stat(path, **options)
        if path == "adapter_config.json":
            monkeypatch.setattr(folders.os, "stat", stat)
            become(directory / path)
        return status

    monkeypatch.setattr(folders.os, "stat", swapping)
    assert said in refusal(directory)


def test_an_adapter_that_is_a_link_to_a_directory_is_refused(tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    directory.rename(tmp_path / "aside")
    directory.symlink_to(tmp_path / "aside")
    assert refusal(directory).endswith("is a symbolic link, not a directory.")


def test_an_adapter_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / ("a" * 64)).write_bytes(b"x")
    assert refusal(tmp_path / ("a" * 64)).endswith("is a plain file, not a directory.")


@pytest.mark.parametrize("file", FILES)
def test_a_sparse_file_of_100_gigabytes_is_refused_unread(file: str, tmp_path: Path, reads: Reads) -> None:
    directory = genuine(tmp_path)
    reads.bytes = 0
    os.truncate(directory / file, 100 << 30)
    assert f"{file} has {100 << 30} bytes, more than" in refusal(directory)
    others = sum((directory / name).stat().st_size for name in FILES if name != file)
    assert reads.bytes <= others


def test_a_file_that_grows_meanwhile_is_read_as_far_as_it_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = genuine(tmp_path)
    path = directory / "adapter_model.safetensors"
    fstat = os.fstat

    def growing(descriptor: int) -> os.stat_result:
        status = fstat(descriptor)
        if status.st_size == path.stat().st_size:
            os.truncate(path, 1 << 30)
        return status

    monkeypatch.setattr(folders.os, "fstat", growing)
    assert load(tmp_path, directory.name, BASE).digest == directory.name


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_shrinks_meanwhile_is_refused(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = genuine(tmp_path)
    size = (directory / file).stat().st_size
    fstat = os.fstat

    def shrinking(descriptor: int) -> os.stat_result:
        status = fstat(descriptor)
        if status.st_size == size:
            os.truncate(directory / file, size - 1)
        return status

    monkeypatch.setattr(folders.os, "fstat", shrinking)
    assert refusal(directory) == f"{file} changed while it was read."


def open_files() -> list[str]:
    with os.scandir("/proc/self/fd") as entries:
        return sorted(entry.name for entry in entries)


def test_nothing_stays_open(tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    load(tmp_path, directory.name, BASE)
    before = open_files()
    load(tmp_path, directory.name, BASE)
    (directory / "manifest.json").write_text("[]")
    refusal(directory)
    a_pipe(directory / "manifest.json")
    refusal(directory)
    assert open_files() == before


@pytest.mark.parametrize(
    "digest",
    [
        "", ".", "..", "/", "../adapters", "/etc/passwd", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 64 + "\n",
        "a" * 63 + "\0", "a" * 62 + "/a", "1" * 63 + "１", "a" * 63 + "а", "./" + "a" * 64, "x" * 100_000,
    ],
)  # fmt: skip
def test_only_64_hex_digits_name_an_adapter(digest: str, tmp_path: Path) -> None:
    with pytest.raises(AdapterError) as caught:
        load(tmp_path, digest, BASE)
    assert sentence(caught.value).endswith("is not the name of an adapter.")
