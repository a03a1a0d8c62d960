"""Weights that nobody trained, of the usual shape, whose arithmetic is what tests look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from generation.gan.generator import Shape
from generation.gan.vocabulary import Vocabulary
from generation.gan.weights import Painter, save_weights

if TYPE_CHECKING:
    from pathlib import Path

VOCABULARY = Vocabulary(["apple", "blue", "fox", "red"])


def random_weights(folder: Path) -> Path:
    """Write them into `folder`; the same each time."""
    torch.manual_seed(1)
    save_weights(folder, Painter(len(VOCABULARY), Shape()), VOCABULARY, {})
    return folder
