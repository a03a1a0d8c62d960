"""A reward head as a training asks it: texts in, scores out, and what it is known to be worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.taste.directory import load, manifest_of
from generation.taste.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from generation.lm.load import LoadedModel


class Judge:
    """The head in `directory`, over the model that it was made for. A text is read once: reading is what takes its time."""

    def __init__(self, directory: Path, model: LoadedModel) -> None:
        """Raises TasteError: it is missing, damaged, or another model's."""
        self._reader = Reader(model)
        self.digest = directory.resolve().name
        root = directory.resolve().parent
        self._head = load(root, self.digest, model.base.digest, self._reader.widths)
        told = manifest_of(root, self.digest, self._reader.widths)
        found = told.get("auc")
        self.kind = self._head.kind
        self.auc = float(found) if isinstance(found, int | float) else 0.0
        self._known: dict[str, float] = {}

    def __call__(self, texts: Sequence[str]) -> list[float]:
        """A score for each; higher is better liked."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            scores: list[float] = self._head.score(self._reader(new, self._head.blocks)).tolist()
            self._known.update(zip(new, scores, strict=True))
        return [self._known[text] for text in texts]
