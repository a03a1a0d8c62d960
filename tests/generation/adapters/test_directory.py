"""Writing: whole or not at all, and nothing that could not be loaded."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from generation.adapters import AdapterError, load, write
from tests.generation.adapters.bent import BASE, CONFIG, DOWN_A, QUERY_A, genuine, sentence, tensors

if TYPE_CHECKING:
    from collections.abc import Mapping


def refused(
    root: Path, config: Mapping[str, Any] = CONFIG, numbers: Mapping[str, Any] | None = None, **manifest: Any
) -> str:
    with pytest.raises(AdapterError) as caught:
        write(root, config, tensors() if numbers is None else numbers, base=BASE, manifest=manifest)
    assert not root.exists() or not list(root.iterdir())
    return sentence(caught.value)


def test_what_is_written_is_what_is_loaded(tmp_path: Path) -> None:
    adapter = load(tmp_path, genuine(tmp_path).name, BASE)
    lora = adapter.modules["model.layers.0.mlp.down_proj"]
    assert torch.equal(lora.a, tensors()[DOWN_A])
    assert lora.scale == pytest.approx(4 / 3)
    assert adapter.rank == 3
    assert set(adapter.modules) == {"model.layers.0.mlp.down_proj", "model.layers.0.self_attn.q_proj"}


def test_the_digest_is_what_the_docs_say(tmp_path: Path) -> None:
    said = hashlib.sha256(
        b"renga adapter 1\n"
        b'{"alpha_pattern":{},"lora_alpha":4.0,"r":2,"rank_pattern":{"down_proj":3},'
        b'"target_modules":["down_proj","q_proj"],"use_rslora":false}\n'
    )
    for name, tensor in sorted(tensors().items()):
        said.update(f'["{name}","F32",[{tensor.shape[0]},{tensor.shape[1]}]]\n'.encode())
        said.update(tensor.numpy().tobytes())
    assert genuine(tmp_path).name == said.hexdigest()


@pytest.mark.parametrize(
    ("name", "tensor", "said"),
    [
        ("extra", torch.zeros(1), "is no tensor that the configuration asks for"),
        (QUERY_A, torch.zeros(6, 2), "not 2 x 6"),
        (QUERY_A, torch.zeros(2, 6, dtype=torch.float64), "is not a plain one of F32, F16 or BF16"),
        (QUERY_A, torch.zeros(2, 6, dtype=torch.int8), "is not a plain one of F32, F16 or BF16"),
        (QUERY_A, torch.zeros(2, 6).to_sparse(), "is not a plain one of F32, F16 or BF16"),
        (QUERY_A, torch.zeros(2, 6, device="meta"), "is not a plain one of F32, F16 or BF16"),
        (QUERY_A, torch.full((2, 6), float("nan")), "holds numbers that are not finite"),
        (QUERY_A, torch.full((2, 6), 1e6), "holds numbers beyond ±64"),
    ],
)
def test_tensors_that_could_not_be_loaded_are_not_written(
    name: str, tensor: torch.Tensor, said: str, tmp_path: Path
) -> None:
    assert said in refused(tmp_path, numbers={**tensors(), name: tensor})


def test_a_missing_tensor_is_not_written_around(tmp_path: Path) -> None:
    some = tensors()
    del some[QUERY_A]
    assert "does not hold the tensor" in refused(tmp_path, numbers=some)
    assert "does not hold the tensor" in refused(tmp_path, numbers={})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"use_dora": True}, "sets use_dora"),
        ({"r": 100}, "asks for rank"),
        ({"lora_alpha": float("nan")}, "cannot be written as JSON"),
        ({"eva_config": object()}, "cannot be written as JSON"),
        ({"target_modules": {"q_proj", 7}}, "cannot be written as JSON"),
    ],
)
def test_a_configuration_that_would_be_refused_is_not_written(
    change: dict[str, Any], said: str, tmp_path: Path
) -> None:
    assert said in refused(tmp_path, {**CONFIG, **change})


def test_a_manifest_that_would_be_refused_is_not_written(tmp_path: Path) -> None:
    assert "was made for the model" in refused(tmp_path, base="c" * 64)
    assert "is of format" in refused(tmp_path, format=2)
    assert "more than the 65536" in refused(tmp_path, metrics="x" * 70_000)
    endless: dict[str, Any] = {}
    endless["again"] = endless
    assert "cannot be written as JSON" in refused(tmp_path, metrics=endless)


def test_tensors_that_share_memory_or_are_views_or_want_gradients_are_written(tmp_path: Path) -> None:
    square = torch.arange(40.0).reshape(10, 4)
    some = {
        **tensors(),
        DOWN_A: torch.nn.Parameter(square.T[:3]),
        QUERY_A: square.reshape(-1)[:12].reshape(2, 6),
    }
    lora = load(tmp_path, write(tmp_path, CONFIG, some, base=BASE, manifest={}), BASE).modules
    assert torch.equal(lora["model.layers.0.mlp.down_proj"].a, square.T[:3])
    assert not lora["model.layers.0.mlp.down_proj"].a.requires_grad


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert refused(tmp_path) == "The adapter cannot be written: No space left on device."


def test_a_root_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "adapters").write_bytes(b"")
    with pytest.raises(AdapterError, match=r"^The adapter cannot be written: File exists\.$"):
        genuine(tmp_path / "adapters")


def test_all_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = []
    fsync = os.fsync

    def noting(descriptor: int) -> None:
        kept.append(
            (Path(f"/proc/self/fd/{descriptor}").readlink(), sorted(path.name for path in tmp_path.iterdir()))
        )
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    directory = genuine(tmp_path)
    *before, (last, named) = kept
    *files, inside = [path for path, _ in before]
    assert {path.name for path in files} == {path.name for path in directory.iterdir()}
    assert inside.name.startswith(".writing-")
    assert all(name.startswith(".writing-") for _, names in before for name in names)
    assert (last, named) == (tmp_path, [directory.name])


def test_many_writers_of_one_adapter_agree(tmp_path: Path) -> None:
    start = threading.Barrier(8)
    digests, errors = [], []

    def writer() -> None:
        start.wait(10)
        try:
            digests.append(genuine(tmp_path).name)
        except AdapterError as error:
            errors.append(error)

    threads = [threading.Thread(target=writer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not errors
    assert len(digests) == 8
    assert [path.name for path in tmp_path.iterdir()] == [digests[0]]


def test_a_damaged_directory_of_that_name_is_reported_and_not_replaced(tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    (directory / "adapter_model.safetensors").write_bytes(b"damaged")
    with pytest.raises(AdapterError, match="is too short to be a safetensors file"):
        genuine(tmp_path)
    assert (directory / "adapter_model.safetensors").read_bytes() == b"damaged"
    assert [path.name for path in tmp_path.iterdir()] == [directory.name]


def test_a_link_of_that_name_is_not_written_through(tmp_path: Path) -> None:
    name = genuine(tmp_path / "elsewhere").name
    root = tmp_path / "adapters"
    root.mkdir()
    (root / name).symlink_to(tmp_path / "elsewhere" / name)
    with pytest.raises(AdapterError, match="is a symbolic link, not a directory"):
        genuine(root)
