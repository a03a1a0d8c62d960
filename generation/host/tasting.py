"""Who judges drafts in a host: the heads in its data directory, by a thread of its own, while the engine goes on.

What reads texts is loaded when the first head is wanted; a host that is never asked to pick never loads it. It reads with the
base model that serves; where texts are written elsewhere, or by the fake engine, with the one that comes with Renga.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from generation.host.picking import UnusableHeadError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from generation.taste.taster import Taster

ANY = "."  # a text, for which all is loaded that a head reads by
SHIPPED = "smollm2"  # the model that comes with Renga


class Tasting:
    """`host.picking.Judge` over `data_dir`/heads; `base` is the model that texts are read with, as TEXT_MODEL."""

    def __init__(self, base: str, data_dir: Path) -> None:
        self._base, self._data_dir = base, data_dir
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="taste")
        self._taster: Taster | None = None  # the worker's
        self._asked: set[str] = set()  # heads that have been: what they read by is loaded

    def prepare(self, digest: str) -> Future[list[float]]:
        if digest in self._asked:
            done: Future[list[float]] = Future()
            done.set_result([])
            return done
        return self._worker.submit(self._scores, digest, [ANY])

    def scores(self, digest: str, texts: Sequence[str]) -> Future[list[float]]:
        return self._worker.submit(self._scores, digest, list(texts))

    def _scores(self, digest: str, texts: Sequence[str]) -> list[float]:
        from generation.lm.weights import ModelError
        from generation.taste import TasteError

        try:
            if self._taster is None:
                self._taster = self._loaded()
            found = self._taster.scores(digest, texts)
        except (ModelError, TasteError) as error:
            raise UnusableHeadError(str(error)) from error
        self._asked.add(digest)
        return found

    def _loaded(self) -> Taster:
        import torch

        from generation.lm.load import load_model
        from generation.lm.weights import find
        from generation.taste.reader import Reader
        from generation.taste.taster import Taster

        model = load_model(find(self._base), self._data_dir, threads=torch.get_num_threads())
        return Taster(Reader(model), self._data_dir / "heads")
