"""`python -m finetune.head SNAPSHOT FOLDER`: a head out of a server's votes, in seconds once its pieces are read.

A head (`generation.taste`) scores a text by how the server would like it. It is ridge logistic regression of the probabilities
in a snapshot on what `generation.taste.reader` says of its pieces, each piece weighing what its votes agree on. Which blocks of
numbers it judges by, and how strong the ridge is, is chosen by the area under the curve of pieces whose themes were held
out, in five folds. Where that is no better than it has to be (`finetune.snapshot.HEAD`), there is no head.

The choices below, the ridges and the folds were settled on tastes and communities that no bench counts: `python -m
bench.taste.choosing`.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import torch

from finetune.features import Features
from finetune.folds import auc, folds
from finetune.ridge import logistic, space
from finetune.snapshot import HEAD, SnapshotError, load, missing, weights
from generation.lm.load import Quantization, load_model
from generation.lm.weights import ModelError, find
from generation.taste import TasteError
from generation.taste.directory import write
from generation.taste.head import Head
from generation.taste.reader import BLOCKS, LAST, Reader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from finetune.ridge import Space
    from finetune.snapshot import Example, Snapshot

CHOICES: tuple[tuple[str, ...], ...] = (
    ("plain", "states.0", "topics"),
    tuple(block for block in BLOCKS if block != LAST),
)
RIDGES = (0.3, 1.0, 3.0)
FOLDS, LEAST_FOLDS = 5, 3
MOST = 1500  # pieces that are learnt from, those that are agreed on most: more would take minutes and tell little


class HeadError(Exception):
    """There is no head to be had; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A head, and how it came to be: its blocks, its ridge, and the area under the curve of what was held out.

    `tried` has that area for each choice and ridge, as "plain+topics 0.3". It is the best of those, so it flatters a little.
    """

    head: Head
    auc: float
    ridge: float
    tried: Mapping[str, float]


def main() -> None:
    given = _asked()
    torch.set_num_threads(1)
    try:
        print(_made(given))  # noqa: T201
    except (HeadError, SnapshotError, ModelError, TasteError) as error:
        sys.exit(str(error))


def _made(given: argparse.Namespace) -> Path:
    began = time.monotonic()
    snapshot = load(given.snapshot)
    _enough(snapshot)
    model = load_model(find(given.base), given.data_dir, threads=1, quantization=given.quant)
    if model.base.digest != snapshot.base:
        raise HeadError("The snapshot was made for another base model.")
    reader = Reader(model)
    fitted = learnt(snapshot, Features(reader), given.seed)
    return written(given.folder, fitted, snapshot, reader, given.seed, time.monotonic() - began)


def _enough(snapshot: Snapshot) -> None:
    if short := missing(snapshot.evidence, HEAD):
        raise HeadError(f"Nothing can be learnt yet: {short}.")


def learnt(snapshot: Snapshot, features: Features, seed: int) -> Fitted:
    """The head of `snapshot`'s evidence.

    Raises:
        HeadError: there is too little of it, or it says nothing about what was held out.
    """
    _enough(snapshot)
    examples = sorted(snapshot.examples, key=lambda one: (-one.confidence, one.id))[:MOST]
    fitted = fit(examples, features.of([one.text for one in examples]), seed, snapshot.kind, snapshot.base)
    if fitted.auc < HEAD.auc:
        raise HeadError(
            f"The votes on some themes do not foretell those on others yet: {fitted.auc:.2f}, where 0.5 is chance and "
            f"{HEAD.auc:.2f} is needed."
        )
    return fitted


def fit(
    examples: Sequence[Example], features: Mapping[str, Tensor], seed: int, kind: str, base: str, *,
    choices: Sequence[tuple[str, ...]] = CHOICES, ridges: Sequence[float] = RIDGES,
) -> Fitted:  # fmt: skip
    """The best head for `examples`, by what was held out; features: (N, width) for each block, in the order of `examples`.

    Raises:
        HeadError: all are liked, or none is, or they are about fewer than three themes.
    """
    target = torch.tensor([one.liked for one in examples], dtype=torch.float64)
    weight = torch.tensor(weights(examples), dtype=torch.float64)
    liked = target > 0.5
    if not examples or bool(liked.all()) or not bool(liked.any()):
        raise HeadError("All votes say the same, so there is nothing to tell apart.")
    count = min(FOLDS, len({one.group for one in examples}))
    if count < LEAST_FOLDS:
        raise HeadError(f"The pieces are about fewer than {LEAST_FOLDS} themes, so none can be held out.")
    parts = folds([one.group for one in examples], count, seed)
    tried: dict[str, float] = {}
    best: tuple[float, tuple[str, ...], float, Space] | None = None
    for blocks in choices:
        of = space([features[block] for block in blocks])
        for ridge in ridges:
            found = auc(_held_out(of.coordinates, target, weight, parts, ridge), liked, weight)
            tried[f"{'+'.join(blocks)} {ridge:g}"] = round(found, 4)
            if best is None or found > best[0]:
                best = found, blocks, ridge, of
    assert best is not None
    found, blocks, ridge, of = best
    raw, bias = of.back(*logistic(of.coordinates, target, weight, ridge))
    sizes = [features[block].shape[1] for block in blocks]
    parted = torch.split(raw.float(), sizes)
    return Fitted(Head(kind, base, dict(zip(blocks, parted, strict=True)), bias), found, ridge, tried)


def written(
    folder: Path, fitted: Fitted, snapshot: Snapshot, reader: Reader, seed: int, seconds: float
) -> Path:
    """Put the head into `folder`; the directory. Raises TasteError."""
    evidence = snapshot.evidence
    manifest = {
        "snapshot": snapshot.digest, "made_at": snapshot.made_at, "seed": seed, "auc": round(fitted.auc, 4),
        "ridge": fitted.ridge, "tried": dict(fitted.tried), "examples": len(snapshot.examples),
        "liked": evidence.liked, "disliked": evidence.disliked, "voters": evidence.voters,
        "weight": round(evidence.weight, 2), "seconds": round(seconds, 1),
    }  # fmt: skip
    return folder / write(folder, fitted.head, manifest, reader.widths)


def _held_out(z: Tensor, target: Tensor, weight: Tensor, parts: Tensor, ridge: float) -> Tensor:
    """What each example scores by what was learnt of the other folds, (N,)."""
    scores = torch.zeros(len(z), dtype=torch.float64)
    for part in range(int(parts.max()) + 1):
        out = parts == part
        of, bias = logistic(z[~out], target[~out], weight[~out], ridge)
        scores[out] = z[out] @ of + bias
    return scores


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m finetune.head", description=__doc__)
    parser.add_argument("snapshot", type=Path, help="the directory of a snapshot")
    parser.add_argument(
        "folder", type=Path, help="where heads are kept: the head goes into a directory named by its digest"
    )
    parser.add_argument("--base", default="smollm2", help="as TEXT_MODEL (default: smollm2)")
    parser.add_argument(
        "--data-dir", type=Path, default=Path(".renga"), help="where unpacked weights are kept"
    )
    parser.add_argument(
        "--quant",
        choices=get_args(Quantization),
        default="none",
        help="as TEXT_QUANT: nf4 reads by a model in four bits",
    )
    parser.add_argument("--seed", type=int, default=1)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    return parser.parse_args()


if __name__ == "__main__":
    main()
