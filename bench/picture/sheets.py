"""The contact sheets: real beside made where there is a real one, and made alone where nobody has drawn it yet."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import torch
from PIL import Image

from bench.picture import colours
from bench.picture.painted import painted
from bench.picture.samples import samples
from bench.picture.sheet import Cell, kept, sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bench.picture.painted import Paints
    from bench.picture.real import RealPictures
    from bench.picture.samples import Sample, SetName

PAIRS, PAIR_COLUMNS, SIDE = 42, 6, 96
COMBINED = (
    "a cat on a bicycle", "a fox with a crown", "a pizza with sunglasses", "a robot with a flower",
    "a frog in a teacup", "a penguin with a guitar", "a dragon made of ice", "a strawberry house",
    "an octopus with a hat", "a snail with a castle on its back", "a moon with a face", "a blue tomato in the rain",
)  # fmt: skip
SEEDS = 6
MIXED = (
    ("a fox, flat", "an owl, flat"), ("an apple, glossy", "a pear, glossy"), ("a car, 3d", "a bus, 3d"),
    ("a smiling face, shaded", "a crying face, shaded"), ("a red heart, flat", "a blue butterfly, flat"),
    ("abstract waves in blue, oil on canvas", "an abstract painting of circles in red and yellow, gouache"),
)  # fmt: skip
STEPS = 8


def spaced(wanted: Sequence[Sample], key: Callable[[Sample], str], count: int) -> list[Sample]:
    """`count` of the samples, one of each key in turn, each key's in the order of the list."""
    of: dict[str, list[Sample]] = defaultdict(list)
    for sample in wanted:
        of[key(sample)].append(sample)
    turns = [(turn, key, sample) for key, some in of.items() for turn, sample in enumerate(some)]
    return [sample for *_, sample in sorted(turns, key=lambda found: found[:2])[:count]]


def images(model: Paints, captions: Sequence[str], seeds: Sequence[int]) -> list[Image.Image]:
    """One RGBA picture for each caption and seed."""
    return [Image.fromarray(picture) for picture in painted(model, captions, seeds)]


def beside(model: Paints, real: RealPictures, set_: SetName, key: Callable[[Sample], str]) -> Image.Image:
    """Real on the left, made for the same caption on the right."""
    some = spaced(samples([set_]), key, PAIRS)
    made = images(model, [sample.caption for sample in some], [sample.seed for sample in some])
    cells = [Cell((real.image(s.id), picture), s.caption) for s, picture in zip(some, made, strict=True)]
    return sheet(cells, PAIR_COLUMNS, SIDE)


def seeded(model: Paints, captions: Sequence[str], columns: int) -> Image.Image:
    """Each caption with six seeds."""
    made = images(
        model,
        [caption for caption in captions for _ in range(SEEDS)],
        [number * SEEDS + at for number in range(len(captions)) for at in range(SEEDS)],
    )
    rows = [tuple(made[start : start + SEEDS]) for start in range(0, len(made), SEEDS)]
    return sheet(
        [Cell(row, words) for row, words in zip(rows, captions, strict=True)], columns, SIDE, lines=1
    )


def coloured(model: Paints) -> Image.Image:
    """Ten things in seven colours each."""
    wanted = sorted(colours.asked()[:: colours.ROUNDS], key=lambda one: one.seed)  # a row a thing
    made = images(model, [one.caption for one in wanted], [one.seed for one in wanted])
    cells = [Cell((picture,), one.caption) for one, picture in zip(wanted, made, strict=True)]
    return sheet(cells, len(colours.COLOURS), SIDE)


def mixed(model: Paints) -> Image.Image:
    """Eight steps from one text to another, in w."""
    cells = []
    for number, (first, last) in enumerate(MIXED):
        ends = model.styles(model.codes([first, last]), model.latents([[number], [number]]))  # (2, W)
        styles = torch.stack([torch.lerp(ends[0], ends[1], step / (STEPS - 1)) for step in range(STEPS)])
        row = tuple(Image.fromarray(picture) for picture in model.paint(styles))
        cells.append(Cell(row, f"{first} to {last}"))
    return sheet(cells, 1, SIDE, lines=1)


def drawn(model: Paints, real: RealPictures) -> dict[str, Image.Image]:
    """Every sheet by name."""

    def group(sample: Sample) -> str:
        return real.shown[sample.id].group

    spread = list(dict.fromkeys(sample.caption for sample in samples(["spread"])))[:12]
    return {
        "seen": beside(model, real, "seen", group),
        "unseen": beside(model, real, "unseen", group),
        "abstract": beside(model, real, "paintings", lambda sample: real.shown[sample.id].name),
        "combined": seeded(model, COMBINED, 2),
        "spread": seeded(model, spread, 2),
        "coloured": coloured(model),
        "mixed": mixed(model),
    }


def keep(sheets: dict[str, Image.Image], folder: Path) -> dict[str, int]:
    """Write each as NAME.webp; how many bytes each has."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {}
    for name, page in sheets.items():
        sizes[f"{name}.webp"] = (folder / f"{name}.webp").write_bytes(kept(page))
    return sizes
