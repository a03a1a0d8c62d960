"""Made pictures: what a network paints for captions and seeds, as the engine does it, but for the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from PIL import Image

from bench.picture.views import view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from bench.picture.views import Pixels

BATCH = 16


class Paints(Protocol):
    """What is asked of `generation.gan.pictures.PictureModel`; the tests have a small twin of it."""

    name: str
    digest: str
    side: int

    def codes(self, captions: Sequence[str]) -> Tensor: ...
    def latents(self, seeds: Sequence[Sequence[int]]) -> Tensor: ...
    def styles(self, codes: Tensor, latents: Tensor) -> Tensor: ...
    def paint(self, styles: Tensor) -> Pixels: ...


def painted(model: Paints, captions: Sequence[str], seeds: Sequence[int], batch: int = BATCH) -> Pixels:
    """(N,) captions and seeds to (N, side, side, 4) RGBA. A caption that comes again is read once."""
    once = list(dict.fromkeys(captions))
    codes = model.codes(once)  # (unique, D)
    at = {caption: row for row, caption in enumerate(once)}
    pictures = []
    for start in range(0, len(captions), batch):
        some = slice(start, start + batch)
        latents = model.latents([[seed] for seed in seeds[some]])
        rows = codes[[at[caption] for caption in captions[some]]]
        pictures.append(model.paint(model.styles(rows, latents)))
    return np.concatenate(pictures)


def views(pictures: Pixels) -> Pixels:
    """(N, side, side, 4) RGBA to (N, 64, 64, 3), as the referee sees them."""
    return np.stack([view(Image.fromarray(picture)) for picture in pictures])
