"""A small adapter that is as it should be, and ways to bend its files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import torch

from generation.adapters import AdapterError, Base, load, write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

QUERY = "model.layers.0.self_attn.q_proj"
DOWN = "model.layers.0.mlp.down_proj"
BASE = Base(
    digest="b" * 64,
    modules={QUERY: (8, 6), "model.layers.0.self_attn.o_proj": (6, 8), DOWN: (6, 10)},
)
CONFIG: Mapping[str, Any] = {
    "peft_type": "LORA", "task_type": "CAUSAL_LM", "r": 2, "lora_alpha": 4,
    "target_modules": ["q_proj", "down_proj"], "rank_pattern": {"down_proj": 3},
}  # fmt: skip
QUERY_A, QUERY_B, DOWN_A, DOWN_B = (
    f"base_model.model.{module}.lora_{side}.weight" for module in (QUERY, DOWN) for side in "AB"
)
SHAPES = {QUERY_A: (2, 6), QUERY_B: (8, 2), DOWN_A: (3, 10), DOWN_B: (6, 3)}


def tensors() -> dict[str, torch.Tensor]:
    numbers = torch.Generator().manual_seed(0)
    return {name: torch.randn(shape, generator=numbers) for name, shape in SHAPES.items()}


def genuine(root: Path) -> Path:
    """The adapter's directory in `root`."""
    return root / write(root, CONFIG, tensors(), base=BASE, manifest={"snapshot": "one"})


def header(directory: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Bend the header of the tensors' file; its length stays true."""
    path = directory / "adapter_model.safetensors"
    whole = path.read_bytes()
    end = 8 + int.from_bytes(whole[:8], "little")
    found = json.loads(whole[8:end])
    change(found)
    raw_header(directory, json.dumps(found).encode(), whole[end:])


def raw_header(directory: Path, text: bytes, data: bytes, length: int | None = None) -> None:
    said = (len(text) if length is None else length).to_bytes(8, "little")
    (directory / "adapter_model.safetensors").write_bytes(said + text + data)


def config(directory: Path, **changes: Any) -> None:
    path = directory / "adapter_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def refusal(directory: Path, base: Base = BASE) -> str:
    """The sentence with which the adapter in `directory` is refused; it must be fit to show to anybody."""
    with pytest.raises(AdapterError) as caught:
        load(directory.parent, directory.name, base)
    return sentence(caught.value)


def sentence(error: AdapterError) -> str:
    text = str(error)
    assert text.isprintable()
    assert set(text) - set("…±") <= {chr(code) for code in range(32, 127)}
    assert len(text) <= 250
    assert text.endswith(".")
    return text
