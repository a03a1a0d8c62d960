"""Abstract paintings that are painted while training: those hung longest make room for fresh ones, and none comes twice.

What hangs at a step is decided by (seed, rank, step) alone, so that a training that was killed goes on before the same
paintings as one that was not; it paints them again first, in about ten seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from generation.gan.text_encoder import WIDTH
from generation.gan.training.backbone import POOLED, features
from generation.gan.training.painter import fresh

if TYPE_CHECKING:
    from torch import Tensor

    from generation.gan.text_encoder import Sentences
    from generation.gan.training.backbone import Backbone
    from generation.gan.vocabulary import Vocabulary

HANGS = 512  # paintings at a time, in each process
FRESH = 2  # a step, in each process; so that each is drawn about thrice before it goes
SHARE = 0.5  # of the abstract paintings of a batch


class Gallery:
    """The fresh paintings that one process can draw from, as `Dataset` keeps its pictures.

    `pictures`: (H, s, s, 4) uint8; `features`: (H, 2, POOLED) float16, straight and mirrored; `vectors`: (H, 384) float16;
    `bags`: the words of each one's caption.
    """

    def __init__(
        self, vocabulary: Vocabulary, sentences: Sentences, backbone: Backbone, *, side: int, seed: int,
        hangs: int = HANGS, step: int = 0,
    ) -> None:  # fmt: skip
        """As it is before `step`; `seed` is one process's own, `hangs` a multiple of `FRESH`."""
        self.pictures = np.full((hangs, side, side, 4), 255, np.uint8)
        self.features = np.zeros((hangs, 2, POOLED), np.float16)
        self.vectors = np.zeros((hangs, WIDTH), np.float16)
        self.bags: list[Tensor] = [torch.zeros(0, dtype=torch.long)] * hangs
        self._vocabulary, self._sentences, self._backbone = vocabulary, sentences, backbone
        self._side, self._seed = side, seed
        for before in range(step, step + hangs // FRESH):
            self._hang(before)

    def __len__(self) -> int:
        return len(self.bags)

    def change(self, step: int) -> None:
        """Hang what is new after `step`."""
        self._hang(step + len(self) // FRESH)

    def _hang(self, turn: int) -> None:
        """The paintings of one turn. They are read and looked at together, as a sum's last bit depends on its company."""
        numbers = range(FRESH * turn, FRESH * (turn + 1))
        captions, slots = [], [number % len(self) for number in numbers]
        for number, slot in zip(numbers, slots, strict=True):
            own = int(np.random.SeedSequence((self._seed, number)).generate_state(1)[0])
            self.pictures[slot, :, :, :3], worded = fresh(own, self._side)
            captions.append(worded[own % len(worded)])
            self.bags[slot] = torch.tensor(self._vocabulary.bag(captions[-1]), dtype=torch.long)
        self.vectors[slots] = self._sentences(captions).half().numpy()
        self.features[slots] = features(self._backbone, self.pictures[slots])
