"""A model directory that cannot serve is one sentence, never a model of random numbers."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING

import pytest
from safetensors.torch import load_file, save_file

from generation.lm.load import load_model
from generation.lm.weights import ModelError, directory, find
from tests.generation.lm.conftest import DATA_DIR

if TYPE_CHECKING:
    from pathlib import Path

    from generation.lm.load import LoadedModel
    from generation.lm.weights import Source

pytestmark = pytest.mark.slow


@pytest.fixture
def copy(model: LoadedModel, smollm2: Source, tmp_path: Path) -> Path:
    """The unpacked model, to be broken."""
    folder = tmp_path / "copy"
    shutil.copytree(directory(smollm2, DATA_DIR, model.dtype), folder)
    return folder


def problem(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        load_model(find(str(folder)), folder.parent, threads=1)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_model_directory_is_served_under_its_own_name(copy: Path) -> None:
    loaded = load_model(find(str(copy)), copy.parent, threads=1)
    assert (loaded.name, loaded.context) == ("copy", 8192)
    assert (loaded.stops, loaded.ends) == ({2}, ())
    assert not loaded.network.training


def test_the_base_names_the_weights_as_they_came_and_every_linear_layer(
    model: LoadedModel, smollm2: Source
) -> None:
    """The file's own digest, so adapters are good on a machine of another dtype."""
    with smollm2.path.open("rb") as file:
        assert model.base.digest == hashlib.file_digest(file, "sha256").hexdigest()
    assert len(model.base.modules) == 30 * 7
    assert model.base.modules["model.layers.0.self_attn.k_proj"] == (192, 576)
    assert model.base.modules["model.layers.29.mlp.down_proj"] == (576, 1536)


def test_a_directorys_base_is_the_same_whatever_it_is_called(copy: Path) -> None:
    first = load_model(find(str(copy)), copy.parent, threads=1).base
    moved = copy.rename(copy.parent / "moved")
    assert load_model(find(str(moved)), copy.parent, threads=1).base == first


def test_weights_that_break_off(copy: Path) -> None:
    file = copy / "model.safetensors"
    file.write_bytes(file.read_bytes()[:1_000_000])
    assert "cannot be loaded" in problem(copy)


def test_weights_that_lack_a_layer(copy: Path) -> None:
    file = copy / "model.safetensors"
    weights = {
        name: tensor.clone()
        for name, tensor in load_file(file).items()
        if ".layers.7.mlp.up_proj" not in name
    }
    file.unlink()
    save_file(weights, file, metadata={"format": "pt"})
    assert "model.layers.7.mlp.up_proj.weight is missing" in problem(copy)


def test_no_weights_at_all(copy: Path) -> None:
    (copy / "model.safetensors").unlink()
    assert "cannot be loaded" in problem(copy)


def test_a_model_without_a_chat_template(copy: Path) -> None:
    (copy / "chat_template.jinja").unlink()
    config = json.loads((copy / "tokenizer_config.json").read_text())
    config.pop("chat_template", None)
    (copy / "tokenizer_config.json").write_text(json.dumps(config))
    assert "no chat template" in problem(copy)


def test_an_architecture_that_nobody_knows(copy: Path) -> None:
    (copy / "config.json").write_text('{"model_type": "telepathy"}')
    assert "cannot be loaded" in problem(copy)
