"""The network as it serves: captions and seeds to pixels, nothing of jobs or members.

A picture is a function of its caption, its seeds and the weights: latents are drawn a seed at a time, and the arithmetic
of a row does not depend on how many others stand beside it, within a grey level (tests say so).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from generation.gan.text_encoder import Sentences, in_a_row
from generation.gan.weights import WEIGHTS, load_weights

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt
    from torch import Tensor

    from generation.gan.weights import Weights

TRUNCATION = 0.96  # of how far latents lie from none: what is painted is surer, and varies less (Brock 2018, arXiv:1809.11096, 3.1)
STEP_AWAY = 0.6  # of a Vary: what share of the new latent's direction is new


class PictureModel:
    """Weights that were checked, and the sentence encoder, ready to paint. Not thread-safe."""

    def __init__(self, weights: Weights, sentences: Sentences) -> None:
        self.digest = weights.digest
        self.name = f"renga-gan-{self.digest[:8]}"  # other weights make other pictures of the same spot
        self.training = weights.training
        self.sentences = sentences
        self._vocabulary = weights.vocabulary
        self._painter = weights.painter.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.side = weights.painter.generator.shape.side

    @classmethod
    def load(cls, directory: Path = WEIGHTS, sentences: Sentences | None = None) -> PictureModel:
        """Load a directory of weights.

        Raises:
            WeightsError: they cannot be used; the message is a sentence for the operator.
        """
        return cls(load_weights(directory), Sentences.load() if sentences is None else sentences)

    @torch.inference_mode()
    def codes(self, captions: Sequence[str]) -> Tensor:
        """(N,) captions to (N, text) codes."""
        bags = [torch.tensor(self._vocabulary.bag(caption), dtype=torch.long) for caption in captions]
        found: Tensor = self._painter.text(self.sentences(captions), *in_a_row(bags))
        return found

    def latents(self, seeds: Sequence[Sequence[int]]) -> Tensor:
        """(N, z), of deviation `TRUNCATION`: each row's first seed says where it starts, each further one takes a step away, on the same shell."""
        z = self._painter.generator.shape.z
        rows = []
        for first, *away in seeds:
            row = _normal(first, z)
            for seed in away:
                row = (1 - STEP_AWAY**2) ** 0.5 * row + STEP_AWAY * _normal(seed, z)
            rows.append(row)
        return TRUNCATION * torch.stack(rows)

    @torch.inference_mode()
    def styles(self, codes: Tensor, latents: Tensor) -> Tensor:
        """(N, text), (N, z) to (N, w), where pictures can be mixed."""
        found: Tensor = self._painter.generator.mapping(codes, latents)
        return found

    @torch.inference_mode()
    def paint(self, styles: Tensor) -> npt.NDArray[np.uint8]:
        """(N, w) to (N, side, side, 4) RGBA, colours not multiplied by alpha."""
        colours, alpha = self._painter.generator.synthesise(styles)
        rgba = torch.cat([(colours + 1) / 2, alpha], dim=1).clamp(0, 1)
        pixels: npt.NDArray[np.uint8] = (rgba * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
        return np.ascontiguousarray(pixels)


def _normal(seed: int, wide: int) -> Tensor:
    """(wide,) of the standard normal distribution, the same for a seed on every machine."""
    return torch.from_numpy(np.random.Generator(np.random.PCG64(seed)).standard_normal(wide, np.float32))
