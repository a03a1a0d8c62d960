"""Directories of weights: what is written is read, and what is foreign or broken is refused in one sentence."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import load_file, save

from generation.gan.generator import Shape
from generation.gan.vocabulary import Vocabulary
from generation.gan.weights import MANIFEST, TENSORS, Painter, WeightsError, load_weights, save_weights

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SMALL = Shape(text=12, z=4, mapped=8, layout=4, channels=(16, 8))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    torch.manual_seed(5)
    save_weights(tmp_path, Painter(3, SMALL), Vocabulary(["a", "fox", "red"]), {"seed": 1})
    return tmp_path


def test_what_was_written_is_read_again(directory: Path) -> None:
    weights = load_weights(directory)
    assert weights.vocabulary.entries == ("a", "fox", "red")
    assert weights.painter.generator.shape == SMALL
    assert weights.training == {"seed": 1}
    assert weights.digest == hashlib.sha256((directory / TENSORS).read_bytes()).hexdigest()
    stored = load_file(directory / TENSORS)
    assert all(
        torch.equal(stored[name].float(), value) for name, value in weights.painter.state_dict().items()
    )


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot be read: No such file"):
        load_weights(tmp_path)


def test_tensors_that_were_changed(directory: Path) -> None:
    data = bytearray((directory / TENSORS).read_bytes())
    data[-1] ^= 1
    (directory / TENSORS).write_bytes(data)
    with pytest.raises(WeightsError, match="digests differ"):
        load_weights(directory)


def test_a_pickle_in_place_of_tensors(directory: Path) -> None:
    torch.save({"a": torch.zeros(1)}, directory / TENSORS)
    _edit(directory, digest=hashlib.sha256((directory / TENSORS).read_bytes()).hexdigest())
    with pytest.raises(WeightsError, match="not a safetensors file"):
        load_weights(directory)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda tensors: tensors.pop("generator.start.bias"), "other tensors"),
        (lambda tensors: tensors.update({"more": torch.zeros(1)}), "other tensors"),
        (lambda tensors: tensors.update({"generator.start.bias": torch.zeros(17)}), "other tensors"),
        (lambda tensors: tensors["generator.start.bias"].fill_(float("nan")), "not of finite float16"),
        (lambda tensors: tensors.update({"generator.start.bias": torch.zeros(16, dtype=torch.int8)}), "not of finite float16"),
        (lambda tensors: tensors.update({"generator.start.bias": torch.full((16,), 1e300, dtype=torch.float64)}), "not of finite float16"),
    ],
)  # fmt: skip
def test_tensors_that_are_not_the_networks(
    directory: Path, change: Callable[[dict[str, torch.Tensor]], object], sentence: str
) -> None:
    tensors = load_file(directory / TENSORS)
    change(tensors)
    data = save(tensors)
    (directory / TENSORS).write_bytes(data)
    _edit(directory, digest=hashlib.sha256(data).hexdigest())
    with pytest.raises(WeightsError, match=sentence):
        load_weights(directory)


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2}, {"shape": None}, {"shape": {"text": 12}}, {"vocabulary": [1, 2]}, {"vocabulary": "fox"}, {"training": []}, {"vocabulary": ["a", "fox", "fox"]},
        {"shape": {"text": 13, "z": 4, "mapped": 8, "layout": 4, "channels": [16, 8]}},
        {"shape": {"text": 10**9, "z": 4, "mapped": 8, "layout": 4, "channels": [16, 8]}},
        {"shape": {"text": 12, "z": 4, "mapped": 8, "layout": 4, "channels": [16] * 30}},
        {"shape": {"text": 12, "z": True, "mapped": 8, "layout": 4, "channels": [16, 8]}},
    ],
)  # fmt: skip
def test_manifests_that_describe_no_network(directory: Path, change: dict[str, Any]) -> None:
    _edit(directory, **change)
    with pytest.raises(WeightsError, match="does not describe a network"):
        load_weights(directory)


@pytest.mark.parametrize(
    ("text", "sentence"), [("{", "is not JSON"), ("[]", "not a JSON object"), ("[" * 100_000, "is not JSON")]
)
def test_manifests_that_are_none(directory: Path, text: str, sentence: str) -> None:
    (directory / MANIFEST).write_text(text)
    with pytest.raises(WeightsError, match=sentence):
        load_weights(directory)


def test_a_manifest_too_large_to_be_one(directory: Path) -> None:
    (directory / MANIFEST).write_text(" " * 1_000_001)
    with pytest.raises(WeightsError, match="larger than"):
        load_weights(directory)


def _edit(directory: Path, **changes: Any) -> None:
    told = json.loads((directory / MANIFEST).read_text())
    (directory / MANIFEST).write_text(json.dumps(told | changes))
