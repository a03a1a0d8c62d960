"""The real pictures, out of the data that training has: stickers and abstract paintings, what they show, and their split."""

from __future__ import annotations

import io
import json
import lzma
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from bench.picture.views import view

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.picture.views import Pixels

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT / "generation" / "gan" / "training" / "data"
ARCHIVES = {"sticker": "stickers.zip", "abstract": "abstract.zip"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a real picture shows. Pictures of one `concept` are never each other's wrong answers."""

    id: str
    kind: str  # "sticker" or "abstract"
    style: str
    concept: str
    split: str  # "train", "val" or "test"
    name: str
    group: str


class RealPictures:
    """All of them by id, read when asked for."""

    def __init__(self, folder: Path = DATA) -> None:
        fields = Shown.__slots__
        with lzma.open(folder / "captions.jsonl.xz", "rt", encoding="utf-8") as lines:
            rows = [row for line in lines if (row := json.loads(line))["kind"] in ARCHIVES]
        self.shown = {row["id"]: Shown(**{field: row[field] for field in fields}) for row in rows}
        self._archives = {kind: zipfile.ZipFile(folder / name) for kind, name in ARCHIVES.items()}

    def image(self, id_: str) -> Image.Image:
        """One picture, 128 px, RGBA where it is a sticker."""
        with self._archives[self.shown[id_].kind].open(f"{id_}.webp") as file:
            return Image.open(io.BytesIO(file.read()))

    def views(self, ids: Iterable[str]) -> Pixels:
        """(N, 64, 64, 3), as the referee sees them."""
        return np.stack([view(self.image(id_)) for id_ in ids])

    def trained(self, kind: str = "sticker") -> list[str]:
        """The ids that training saw."""
        return [one.id for one in self.shown.values() if (one.kind, one.split) == (kind, "train")]
