"""The picture engine of a host: which network to load, and what is done where there is none.

The network that comes with Renga may be missing, and texts are served all the same; one that the operator has named
must be there, whole, and one that this version knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from generation.gan.engine import PICTURE_TOKENS, PictureEngine
from generation.gan.tiles import Tiles
from generation.host.both import NoPictures

if TYPE_CHECKING:
    from generation.host.engine import Engine

OURS, NONE, FAKE = "renga", "none", "fake"
TURNED_OFF = "Pictures are turned off here."
MISSING = "Pictures cannot be made here: the picture model is missing."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LocalPictures:
    """`model` is `renga`, `none`, `fake` or a directory of weights; `fake_tokens_per_s` is the pace of the fake one (0: as
    fast as it goes), in the tokens that a picture costs.
    """

    model: str
    threads: int
    fake_tokens_per_s: float = 0.0

    def check(self) -> None:
        """See that a network that was named can be used; the one that comes with Renga may be missing.

        Raises:
            WeightsError: it cannot.
        """
        if self.model not in (OURS, NONE, FAKE):
            from generation.gan.weights import load_weights

            load_weights(Path(self.model))

    def load(self) -> Engine:
        """Load it, which takes seconds; torch is imported here and not before.

        Raises:
            WeightsError: a network that was named cannot be used.
        """
        if self.model == NONE:
            return NoPictures(TURNED_OFF)
        if self.model == FAKE:
            pause_s = PICTURE_TOKENS / self.fake_tokens_per_s if self.fake_tokens_per_s else 0.0
            return PictureEngine(Tiles(pause_s), threads=0)
        from generation.gan.trained import TrainedNetwork
        from generation.gan.weights import WEIGHTS, WeightsError

        try:
            network = TrainedNetwork.load(WEIGHTS if self.model == OURS else Path(self.model), self.threads)
        except WeightsError as error:
            if self.model != OURS:
                raise
            log.warning("no_pictures", reason=str(error))
            return NoPictures(MISSING)
        except Exception:
            if self.model != OURS:
                raise
            log.exception("no_pictures")  # whatever is wrong with ours, texts are served all the same
            return NoPictures(MISSING)
        return PictureEngine(network, threads=self.threads)
