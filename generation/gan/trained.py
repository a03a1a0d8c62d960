"""The trained network and the lexicon as the engine knows them: torch on this side of the seam, arrays on the other."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import structlog
import torch

from generation.gan.lexicon import Lexicon
from generation.gan.pictures import PictureModel
from generation.gan.weights import WEIGHTS, WeightsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    from generation.gan.lexicon import Understood

WARM_UP = "a fox"
TOGETHER = 2

log = structlog.get_logger(__name__)


class TrainedNetwork:
    """`generation.gan.network.Network` over the weights in a directory.

    The same styles give the same picture to the last bit, whoever else's are beside them: the arithmetic of a row may be
    ordered otherwise where there are more rows or fewer, so that every pass has two, one of them for nothing where the
    number is odd. More at once would gain little on a processor (docs/pictures.md).
    """

    together = TOGETHER

    def __init__(self, model: PictureModel, lexicon: Lexicon) -> None:
        self._model = model
        self._lexicon = lexicon

    @classmethod
    def load(cls, directory: Path = WEIGHTS, threads: int = 1) -> TrainedNetwork:
        """Load network, lexicon and sentence encoder, and make a first picture, which takes longer than any other.

        Raises:
            WeightsError: the directory cannot be used, or the sentence encoder is not installed.
        """
        began = time.monotonic()
        torch.set_num_threads(threads)
        try:
            model = PictureModel.load(directory)
        except ModuleNotFoundError as error:
            raise WeightsError(str(error)) from None
        network = cls(model, Lexicon.load())
        network.paint(network.place(network.understand(WARM_UP, "").caption, [(0,)]))
        log.info(
            "picture_model_loaded", model=model.name, digest=model.digest[:16], side=model.side, threads=threads,
            seconds=round(time.monotonic() - began, 2),
        )  # fmt: skip
        return network

    @property
    def name(self) -> str:
        return self._model.name

    def understand(self, theme: str, style: str) -> Understood:
        return self._lexicon.understand(theme, style, self._model.sentences)

    @torch.inference_mode()
    def place(self, caption: str, seeds: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """One row at a time: a product of matrices may round otherwise where more rows are in it."""
        code = self._model.codes([caption])
        rows = [self._model.styles(code, self._model.latents([row])) for row in seeds]
        return np.asarray(torch.cat(rows).float().cpu().numpy())

    def paint(self, styles: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
        rows = torch.from_numpy(styles)
        odd = len(rows) % TOGETHER
        rows = torch.cat([rows, rows[-1:].expand((TOGETHER - odd) % TOGETHER, -1)])
        passes = [self._model.paint(some) for some in torch.split(rows, TOGETHER)]
        return np.concatenate(passes)[: len(styles)]
