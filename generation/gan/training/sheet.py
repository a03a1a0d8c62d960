"""The same captions and seeds painted again and again, to see a training by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image

from generation.gan.generator import over
from generation.gan.text_encoder import Sentences, in_a_row

if TYPE_CHECKING:
    from pathlib import Path

    from generation.gan.vocabulary import Vocabulary
    from generation.gan.weights import Painter

CAPTIONS = (
    "a flat vector sticker of a fox", "a lion face, shaded", "a glossy red apple", "cat face, pixel art",
    "a grinning face, simple", "an owl, shaded", "a birthday cake, 3d", "a red car, flat", "a whale, simple",
    "a sunflower, blob", "a guitar, shaded", "a house, smooth", "a rocket, 3d", "a blue apple",
    "a purple dragon, shaded", "a cat on a bicycle", "pizza", "a crown in yellow, glossy",
    "an abstract painting, ocean blues, waves", "oil on canvas, flowing lines, sunset colours, dreamy",
    "stripes, neon colours on black", "abstract art with concentric circles, primary colours",
    "a night sky painting in deep night blues and gold", "an abstract landscape, autumn colours, gouache on paper",
)  # fmt: skip
SEEDS = 6


class Sheet:
    """A row of six seeds for each of `CAPTIONS`, in two columns."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._sentences = Sentences.load()(CAPTIONS)
        bags = [torch.tensor(vocabulary.bag(caption), dtype=torch.long) for caption in CAPTIONS]
        self._words, self._offsets = in_a_row(bags)
        self._z: torch.Tensor | None = None

    @torch.inference_mode()
    def paint(self, painter: Painter, path: Path) -> None:
        """Write the sheet as a WebP."""
        if self._z is None:
            self._z = torch.randn(
                SEEDS, painter.generator.shape.z, generator=torch.Generator().manual_seed(7)
            )
        codes = painter.text(self._sentences, self._words, self._offsets)
        rows = []
        for code in codes:
            colours, alpha = painter.generator(code.expand(SEEDS, -1), self._z)
            row = over(colours, alpha, torch.ones(1, 3, 1, 1)).clamp(-1, 1)
            rows.append(torch.cat(list(row), dim=2))  # (3, s, 6 s)
        half = len(rows) // 2
        whole = torch.cat([torch.cat(rows[:half], 1), torch.cat(rows[half:], 1)], 2)
        pixels = ((whole + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0).numpy()
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.ascontiguousarray(pixels)).save(path, quality=88)
