"""`python -m generation.gan.training.painter --count N --seed S --out FOLDER`: paint a set, and a sheet of it.

FOLDER gets `SEED.png` for each seed from S on, `captions.jsonl` with a row for each, and `sheet.png` to look at.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from generation.gan.training.painter import captions, paint
from generation.gan.training.painter.painting import SIDES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.gan.training.painter import Painting

GAP = 2  # px of white between the paintings of a sheet


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m generation.gan.training.painter", description="Paint a set."
    )
    parser.add_argument("--count", type=int, default=64, help="how many paintings (64)")
    parser.add_argument("--seed", type=int, default=0, help="the first one's seed, the others follow (0)")
    parser.add_argument("--side", type=int, default=128, choices=SIDES, help="pixels a side (128)")
    parser.add_argument("--out", type=Path, required=True, help="a folder, made where there is none")
    asked = parser.parse_args(arguments)
    if asked.count < 1 or asked.seed < 0:
        parser.error("--count is at least 1 and --seed at least 0.")
    asked.out.mkdir(parents=True, exist_ok=True)
    paintings = [paint(seed, asked.side) for seed in range(asked.seed, asked.seed + asked.count)]
    with (asked.out / "captions.jsonl").open("w", encoding="utf-8") as rows:
        for painting in paintings:
            Image.fromarray(painting.rgb).save(asked.out / f"{painting.seed}.png")
            rows.write(json.dumps(row(painting), ensure_ascii=False) + "\n")
    sheet(paintings).save(asked.out / "sheet.png")


def row(painting: Painting) -> dict[str, object]:
    """What `captions.jsonl` says of a painting."""
    words = captions(painting)
    return {
        "seed": painting.seed,
        "file": f"{painting.seed}.png",
        "family": painting.subject.family,
        "palette": painting.palette.name,
        "medium": painting.medium,
        "colours": painting.colours,
        "en": words.en,
        "zh": words.zh,
    }


def sheet(paintings: Sequence[Painting]) -> Image.Image:
    """All of them side by side, about as wide as high."""
    side, across = len(paintings[0].rgb), math.ceil(math.sqrt(len(paintings)))
    down, step = math.ceil(len(paintings) / across), side + GAP
    whole = Image.new("RGB", (across * step - GAP, down * step - GAP), "white")
    for i, painting in enumerate(paintings):
        whole.paste(Image.fromarray(painting.rgb), (i % across * step, i // across * step))
    return whole


if __name__ == "__main__":
    main()
