"""A few captioned pictures in the layout of the real ones, so that what reads them can be run in seconds."""

from __future__ import annotations

import io
import json
import lzma
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from generation.gan.training.dataset import prepare

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("apple", "fire truck", "lemon", "leaf", "whale", "plum", "brick", "cheese")
COLOURS = (
    (230, 30, 30),
    (220, 40, 20),
    (240, 210, 40),
    (40, 180, 60),
    (40, 110, 220),
    (120, 40, 170),
    (180, 80, 40),
    (250, 220, 90),
)
KINDS = {"sticker": "stickers.zip", "abstract": "abstract.zip", "painting": "paintings.zip"}


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    rows = []
    archives = {kind: zipfile.ZipFile(folder / name, "w") for kind, name in KINDS.items()}
    for kind in KINDS:
        for at, (name, colour) in enumerate(zip(NAMES, COLOURS, strict=True)):
            rows.append(
                {
                    "id": f"{kind}_{at}", "kind": kind, "style": "noto" if kind == "sticker" else "oil", "group": "food-drink",
                    "split": "test" if at == 7 else "train", "name": name, "en": [name, f"a {name}, shaded", f"the {name}"],
                }
            )  # fmt: skip
            pixels = np.zeros((128, 128, 4), np.uint8)
            pixels[...] = (*colour, 255)
            if kind == "sticker":
                pixels[:32] = (255, 255, 255, 0)
            packed = io.BytesIO()
            Image.fromarray(pixels).save(packed, "WEBP", lossless=True, exact=True)
            archives[kind].writestr(f"{kind}_{at}.webp", packed.getvalue())
    for archive in archives.values():
        archive.close()
    with lzma.open(folder / "captions.jsonl.xz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    return folder


@pytest.fixture(scope="session")
def prepared(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pictures of `source`, of 64 px, ready for a training. Nobody changes them."""
    folder = tmp_path_factory.mktemp("prepared")
    prepare(folder, 64, say=lambda _: None, source=source)
    return folder
