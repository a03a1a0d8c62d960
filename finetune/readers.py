"""`python -m finetune.readers FOLDER`: the head that comes with Renga, out of the marks that readers gave.

`finetune/data/readers/marks.jsonl` has pieces of the search, of themes that no bench asks for, and what readers who saw them
unlabelled made of each: 0 (nonsense) to 4 (they would show it to somebody). A head (`finetune.head.fit`) is learnt from them as from a
server's votes, and judges by the base's states after two thirds of its layers; it serves the forms that it has marks of.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from finetune.features import Features
from finetune.head import Fitted, HeadError, fit
from finetune.snapshot import Example
from generation.lm.load import load_model
from generation.lm.weights import ModelError, find
from generation.taste import TasteError
from generation.taste.directory import write
from generation.taste.head import Head
from generation.taste.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

MARKS = Path(__file__).parent / "data" / "readers" / "marks.jsonl"
LIKED = (0.05, 0.15, 0.4, 0.8, 0.95)  # how likely a stranger is to smile at a piece of each mark
BLOCKS = ("states.2",)
RIDGES = (1.0, 3.0, 10.0)


@dataclass(frozen=True, slots=True)
class Mark:
    """One piece, and the mean of what its readers gave it, in [0, 4]."""

    form: str
    theme: str
    text: str
    mark: float


def main() -> None:
    asked = _asked()
    torch.set_num_threads(1)
    try:
        print(_made(asked))  # noqa: T201 - as `finetune.head` does, for whoever runs it
    except (HeadError, ModelError, TasteError) as error:
        sys.exit(str(error))
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"The marks cannot be read: {error!r}.")


def _made(asked: argparse.Namespace) -> Path:
    marks = read(asked.marks)
    model = load_model(find(asked.base), asked.data_dir, threads=1)
    reader = Reader(model)
    fitted = learnt(marks, Features(reader), model.base.digest, asked.seed)
    manifest = {
        "serves": sorted({one.form for one in marks}), "auc": round(fitted.auc, 4), "ridge": fitted.ridge, "tried": dict(fitted.tried),
        "examples": len(marks), "marks": hashlib.sha256(asked.marks.read_bytes()).hexdigest(), "seed": asked.seed,
    }  # fmt: skip
    return Path(asked.folder, write(asked.folder, fitted.head, manifest, reader.widths))


def read(path: Path) -> list[Mark]:
    """The marks in a file, a JSON object a line."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Mark(row["form"], row["theme"], row["text"], sum(row["marks"]) / len(row["marks"])) for row in rows
    ]


def learnt(marks: Sequence[Mark], features: Features, base: str, seed: int) -> Fitted:
    """The head of `marks`, which tells pieces of one form apart: forms that readers like better than others teach it nothing. Those of one
    theme are never in two folds. Its scores are in standard deviations of these pieces'.

    Raises:
        HeadError: they say nothing.
    """
    examples = [_example(one) for one in marks]
    read_by = features.of([one.text for one in marks])
    numbers = {block: read_by[block].clone() for block in BLOCKS}
    for form in {one.form for one in marks}:
        of = torch.tensor([one.form == form for one in marks])
        for found in numbers.values():
            found[of] -= found[of].mean(0)
    fitted = fit(examples, numbers, seed, "verse", base, choices=(BLOCKS,), ridges=RIDGES)
    head = fitted.head
    spread = float(head.score(numbers).std())
    scaled = {block: weights / spread for block, weights in head.weights.items()}
    return replace(fitted, head=Head(head.kind, head.base, scaled, head.bias / spread))


def _example(one: Mark) -> Example:
    low = min(int(one.mark), len(LIKED) - 2)
    liked = LIKED[low] + (one.mark - low) * (LIKED[low + 1] - LIKED[low])
    named = hashlib.sha256(f"{one.form}\0{one.theme}\0{one.text}".encode()).hexdigest()
    group = hashlib.sha256(one.theme.encode()).hexdigest()
    return Example(named[:32], one.form, one.text, None, group[:16], liked, 1.0, 1, 0, "train")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m finetune.readers", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the head goes, into a directory named by its digest")
    parser.add_argument("--marks", type=Path, default=MARKS)
    parser.add_argument("--base", default="smollm2", help="as TEXT_MODEL (default: smollm2)")
    parser.add_argument(
        "--data-dir", type=Path, default=Path(".renga"), help="where unpacked weights are kept"
    )
    parser.add_argument("--seed", type=int, default=1)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    return parser.parse_args()


if __name__ == "__main__":
    main()
