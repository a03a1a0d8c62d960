"""A taste's training that is small enough for a test: pieces, samples, and a server that likes few words.

`python -m tests.finetune.tasting MODEL FOLDER` trains it, as a process that can be killed.
"""

from __future__ import annotations

import json
import random
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from finetune.recipe import Given, Recipe, train
from finetune.samples import Sample
from finetune.snapshot import Evidence, Example, Snapshot, load, write
from finetune.telling import Telling
from tests.finetune.small import loaded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetune.report import Report
    from generation.lm.load import LoadedModel

RECIPE = Recipe(seed=3, asked=1, batch=4, epochs=2, looks=8)
WORDS = [
    "frost",
    "glass",
    "kettle",
    "gull",
    "salt",
    "moss",
    "step",
    "bus",
    "rain",
    "roof",
    "smoke",
    "mill",
    "kite",
    "bread",
    "door",
    "tide",
    "oar",
]


def few_words(texts: Sequence[str]) -> list[float]:
    """The taste."""
    return [-float(len(text.split())) for text in texts]


def poem(chance: random.Random) -> str:
    return "\n".join(" ".join(chance.sample(WORDS, chance.randint(1, 6))) for _ in range(3))


def snapshot(folder: Path, base: str) -> tuple[Path, Snapshot]:
    chance = random.Random(0)
    examples = []
    for n in range(48):
        text, group = poem(chance), n // 2
        liked = 0.95 if len(text.split()) < 11 else 0.05
        examples.append(
            Example(
                f"{n:032x}", "free verse", text, None, f"{group:016x}", liked, 0.9, 3, 20000 + n,
                "themes" if group % 6 == 0 else "train",
            )
        )  # fmt: skip
    liked_ = sum(example.liked > 0.5 for example in examples)
    taken = write(
        folder, kind="verse", base=base, made_at=1.0, examples=examples,
        evidence=Evidence(liked_, len(examples) - liked_, 12, 80.0),
    )  # fmt: skip
    return folder / taken.digest, load(folder / taken.digest)


def samples(folder: Path) -> Path:
    """What serves would have written, about some themes: a model of two layers keeps no form."""
    chance = random.Random(1)
    made = [Sample("free verse", f"theme {n // 6}", n, poem(chance), None) for n in range(120)]
    file = folder / "given.jsonl"
    file.write_text("".join(json.dumps(asdict(sample)) + "\n" for sample in made))
    return file


def trained(folder: Path, model: LoadedModel, recipe: Recipe = RECIPE) -> Report:
    """Everything that it reads is beside `folder`, made anew, and comes out the same each time."""
    folder.mkdir(parents=True, exist_ok=True)
    directory, taken = snapshot(folder.parent / "snapshots", model.base.digest)
    given = Given(
        taken, directory, model, few_words if recipe.objective == "dpo" else None, 0.9, folder, folder / "adapters",
        samples(folder), save_every_s=0,
    )  # fmt: skip
    return train(recipe, given, Telling("json"))


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(trained(Path(sys.argv[2]), loaded(Path(sys.argv[1]))).sentence)
