"""What names the weights: their bytes, wherever they lie and whatever computes with them."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from generation.lm import digest as module
from generation.lm.digest import REMEMBERED, digest
from generation.lm.weights import Source

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Source:
    path = tmp_path / "model"
    path.mkdir()
    (path / "config.json").write_text('{"hidden_size": 8, "dtype": "float32"}')
    (path / "a.safetensors").write_bytes(b"first")
    (path / "b.safetensors").write_bytes(b"second")
    return Source("model", path)


def test_a_files_digest_is_its_own(tmp_path: Path) -> None:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"weights")
    assert digest(Source("tiny", file), tmp_path) == hashlib.sha256(b"weights").hexdigest()


@pytest.mark.parametrize(
    ("name", "content", "same"),
    [
        ("config.json", b'{"dtype": "bfloat16", "hidden_size": 8, "transformers_version": "9"}', True),
        ("README.md", b"made with love", True),
        ("config.json", b'{"hidden_size": 9}', False),
        ("b.safetensors", b"seconD", False),
        ("c.safetensors", b"", False),
    ],
)
def test_a_directorys_digest_is_of_network_and_weights(
    folder: Source, tmp_path: Path, name: str, content: bytes, same: bool
) -> None:
    before = digest(folder, tmp_path)
    (folder.path / name).write_bytes(content)
    assert (digest(folder, tmp_path) == before) is same


def test_bytes_that_move_from_one_file_to_another_are_other_weights(folder: Source, tmp_path: Path) -> None:
    before = digest(folder, tmp_path)
    (folder.path / "a.safetensors").write_bytes(b"firsts")
    (folder.path / "b.safetensors").write_bytes(b"econd")
    assert digest(folder, tmp_path) != before


def test_the_same_weights_elsewhere_have_the_same_digest(folder: Source, tmp_path: Path) -> None:
    before = digest(folder, tmp_path)
    moved = folder.path.rename(tmp_path / "moved")
    assert digest(Source("moved", moved), tmp_path / "other") == before


def test_files_are_read_once_and_again_when_they_change(
    folder: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    of_bytes = module.of_bytes

    def counted(files: list[Path]) -> str:
        read.extend(file.name for file in files)
        return of_bytes(files)

    monkeypatch.setattr(module, "of_bytes", counted)
    first = digest(folder, tmp_path)
    assert digest(folder, tmp_path) == first
    assert read == ["a.safetensors", "b.safetensors"]
    file = folder.path / "a.safetensors"
    file.write_bytes(b"FIRST")
    os.utime(file, ns=(1, 1))
    assert digest(folder, tmp_path) != first
    assert len(read) == 4
    assert len(json.loads((tmp_path / "models" / REMEMBERED).read_text())) == 1


@pytest.mark.parametrize("broken", [b"", b'{"half', b"[]", b"\xff"])
def test_a_broken_memory_costs_one_reading(folder: Source, tmp_path: Path, broken: bytes) -> None:
    first = digest(folder, tmp_path)
    (tmp_path / "models" / REMEMBERED).write_bytes(broken)
    assert digest(folder, tmp_path) == first
    assert json.loads((tmp_path / "models" / REMEMBERED).read_text())


def test_a_memory_that_cannot_be_kept_is_a_line_in_the_log(folder: Source, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with capture_logs() as logs:
        assert len(digest(folder, tmp_path / "data")) == 64
    assert [line["event"] for line in logs] == ["digest_not_remembered"]
