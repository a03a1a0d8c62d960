"""Directories of weights: what is written is read, and what is foreign or broken is refused in one sentence."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import load_file, save

from generation.gan.generator import Shape
from generation.gan.quantised import MOST, restored
from generation.gan.vocabulary import Vocabulary
from generation.gan.weights import (
    MANIFEST,
    TENSORS,
    WEIGHTS,
    Painter,
    WeightsError,
    load_weights,
    save_weights,
)

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
    assert weights.digest == hashlib.sha256((_tensors(directory)).read_bytes()).hexdigest()
    stored = restored(load_file(_tensors(directory)))
    assert stored.keys() == weights.painter.state_dict().keys()
    assert all(torch.equal(stored[name], value) for name, value in weights.painter.state_dict().items())


def test_eight_bits_are_within_half_a_step_of_what_was_trained(tmp_path: Path) -> None:
    torch.manual_seed(7)
    painter = Painter(3, SMALL)
    with torch.no_grad():
        painter.text.words.weight[1] = 0  # a row of nothing has no scale
        painter.text.words.weight[2] *= 1e-9  # nor has one that float16 cannot hold
    save_weights(tmp_path, painter, Vocabulary(["a", "fox", "red"]), {})
    loaded = load_weights(tmp_path).painter.state_dict()
    for name, value in painter.state_dict().items():
        rows = value.flatten(1) if value.ndim > 1 else value[:, None]
        step = rows.abs().amax(1, keepdim=True) / (MOST if value.ndim > 1 else 2**10)
        apart = (loaded[name].reshape(rows.shape) - rows).abs()
        assert bool((apart <= 0.56 * step + 1e-7).all()), name  # a scale is itself rounded, to eleven bits
    assert (
        tmp_path / f"painter-{load_weights(tmp_path).digest[:16]}.safetensors"
    ).stat().st_size < 1.3 * sum(value.numel() for value in painter.state_dict().values()) + 4000


def test_weights_of_float16_as_the_first_ones_were_are_read(directory: Path) -> None:
    state = load_weights(directory).painter.state_dict()
    data = save({name: value.half().contiguous() for name, value in state.items()})
    _tensors(directory).write_bytes(data)
    _edit(directory, format=1, digest=hashlib.sha256(data).hexdigest())
    loaded = load_weights(directory).painter.state_dict()
    assert all(torch.equal(loaded[name], value.half().float()) for name, value in state.items())
    _edit(directory, format=2)
    with pytest.raises(WeightsError, match="other tensors"):
        load_weights(directory)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot be read: No such file"):
        load_weights(tmp_path)


def test_tensors_that_were_changed(directory: Path) -> None:
    data = bytearray((_tensors(directory)).read_bytes())
    data[-1] ^= 1
    (_tensors(directory)).write_bytes(data)
    with pytest.raises(WeightsError, match="digests differ"):
        load_weights(directory)


def test_a_pickle_in_place_of_tensors(directory: Path) -> None:
    torch.save({"a": torch.zeros(1)}, _tensors(directory))
    _edit(directory, digest=hashlib.sha256((_tensors(directory)).read_bytes()).hexdigest())
    with pytest.raises(WeightsError, match="not a safetensors file"):
        load_weights(directory)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda tensors: tensors.pop("generator.start.bias"), "other tensors"),
        (lambda tensors: tensors.update({"more": torch.zeros(1)}), "other tensors"),
        (lambda tensors: tensors.update({"generator.start.bias": torch.zeros(17)}), "other tensors"),
        (lambda tensors: tensors["generator.start.bias"].fill_(float("nan")), "finite float16"),
        (lambda tensors: tensors["generator.start.weight.scale"].fill_(float("inf")), "finite float16"),
        (lambda tensors: tensors.update({"generator.start.weight": tensors["generator.start.weight"].half()}), "eight bits a weight"),
        (lambda tensors: tensors.update({"generator.start.weight.scale": torch.zeros(16, 1, dtype=torch.float16)}), "other tensors"),
        (lambda tensors: tensors.pop("generator.start.weight.scale"), "other tensors"),
        (lambda tensors: tensors.update({"generator.start.bias": torch.zeros(16, dtype=torch.int8)}), "finite float16"),
        (lambda tensors: tensors.update({"generator.start.bias": torch.full((16,), 1e300, dtype=torch.float64)}), "finite float16"),
    ],
)  # fmt: skip
def test_tensors_that_are_not_the_networks(
    directory: Path, change: Callable[[dict[str, torch.Tensor]], object], sentence: str
) -> None:
    tensors = load_file(_tensors(directory))
    change(tensors)
    data = save(tensors)
    (_tensors(directory)).write_bytes(data)
    _edit(directory, digest=hashlib.sha256(data).hexdigest())
    with pytest.raises(WeightsError, match=sentence):
        load_weights(directory)


@pytest.mark.parametrize(
    "change",
    [
        {"format": 3}, {"format": True}, {"format": "2"}, {"tensors": "../painter.safetensors"}, {"tensors": 5}, {"tensors": ["painter.safetensors"]}, {"shape": None}, {"shape": {"text": 12}}, {"vocabulary": [1, 2]}, {"vocabulary": "fox"}, {"training": []}, {"vocabulary": ["a", "fox", "fox"]},
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


def test_who_reads_while_new_ones_are_saved_has_the_old_pair_or_the_new(directory: Path) -> None:
    painter, words = Painter(3, SMALL), Vocabulary(["a", "fox", "red"])
    told, old = (directory / MANIFEST).read_bytes(), load_weights(directory)
    save_weights(directory, painter, words, {})
    new = load_weights(directory)
    assert new.digest != old.digest
    (directory / MANIFEST).write_bytes(
        told
    )  # as it was before the last rename, and as it is where that never came
    assert load_weights(directory).digest == old.digest


def test_only_the_last_weights_and_those_before_them_are_kept(directory: Path) -> None:
    digests = [load_weights(directory).digest]
    for _ in range(3):
        (directory / f"painter-{'0' * 16}.safetensors.partial").write_bytes(b"cut off")
        save_weights(directory, Painter(3, SMALL), Vocabulary(["a", "fox", "red"]), {})
        digests.append(load_weights(directory).digest)
    left = {path.name for path in directory.iterdir()} - {MANIFEST}
    assert left == {f"painter-{digest[:16]}.safetensors" for digest in digests[-2:]}


def test_a_manifest_of_the_first_ones_has_no_name_for_the_tensors(directory: Path) -> None:
    digest = load_weights(directory).digest
    _tensors(directory).rename(directory / TENSORS)
    told = json.loads((directory / MANIFEST).read_text())
    del told["tensors"]
    (directory / MANIFEST).write_text(json.dumps(told))
    assert load_weights(directory).digest == digest


def test_the_weights_in_the_repo_can_be_used() -> None:
    assert load_weights(WEIGHTS).painter.generator.shape == Shape(looks=192)


def _tensors(directory: Path) -> Path:
    (found,) = directory.glob("*.safetensors")
    return found


def _edit(directory: Path, **changes: Any) -> None:
    told = json.loads((directory / MANIFEST).read_text())
    (directory / MANIFEST).write_text(json.dumps(told | changes))
