"""Heads made up for tests, and files of theirs bent out of shape."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file, save_file

from generation.taste.directory import MANIFEST, TENSORS, write
from generation.taste.head import Head

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

BASE = "cd" * 32
WIDTHS = {"plain": 3, "states.0": 4, "topics": 2}


def head(seed: int = 0, base: str = BASE) -> Head:
    torch.manual_seed(seed)
    return Head("verse", base, {"plain": torch.randn(3), "topics": torch.randn(2)}, 0.5)


def saved(root: Path, seed: int = 0) -> str:
    return write(root, head(seed), {"auc": 0.7}, WIDTHS)


def tell(directory: Path, **more: Any) -> None:
    """Change what the manifest says."""
    path = directory / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), **more}))


def bend(directory: Path, **tensors: Tensor | None) -> None:
    """Change tensors, or take them away."""
    found = {**load_file(directory / TENSORS), **tensors}
    save_file({name: tensor for name, tensor in found.items() if tensor is not None}, directory / TENSORS)
