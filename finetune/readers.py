"""`python -m finetune.readers FOLDER`: the head that comes with Renga, out of what readers preferred.

`finetune/data/readers/` has pieces of the search, of themes that no bench asks for, and what readers who saw them unlabelled made of
them: `rankings.jsonl` four to six pieces for one request each, from the best to the worst, and `marks.jsonl` pieces with a mark each. Whatever
stands above another for one request was preferred to it, and a head is what foretells that best (Bradley and Terry 1952, with a
ridge); its strength is chosen by pairs whose themes were held out. It judges by the base's states after two thirds of its layers, over the whole piece
and at its end.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from finetune.folds import folds
from finetune.ridge import preferred, space
from generation.lm.load import load_model
from generation.lm.weights import ModelError, find
from generation.taste import TasteError
from generation.taste.directory import write
from generation.taste.head import Head
from generation.taste.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from torch import Tensor

DATA = Path(__file__).parent / "data" / "readers"
FILES = (MARKS, RANKINGS) = ("marks.jsonl", "rankings.jsonl")
BLOCKS = ("states.2", "last.2")
RIDGES = (1.0, 3.0, 10.0)
MARKED = 0.3  # what a mark is worth beside a ranking: two were given to two pieces that were not read beside each other
FOLDS = 6


@dataclass(frozen=True, slots=True)
class Judged:
    """Pieces for one request, and the mean of what readers gave each, the more the better: marks in [0, 4], or the places from below."""

    form: str
    theme: str
    texts: tuple[str, ...]
    liked: tuple[float, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Learnt:
    """A head, how often it is right about pairs whose themes it was not learnt of, and that for each ridge that was tried."""

    head: Head
    agrees: float
    ridge: float
    tried: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Rows of pieces, (P,) each, and what each pair weighs; `folds` of its theme."""

    won: Tensor
    lost: Tensor
    weights: Tensor
    folds: Tensor


def main() -> None:
    asked = _asked()
    torch.set_num_threads(1)
    try:
        print(_made(asked))  # noqa: T201 - as `finetune.head` does, for whoever runs it
    except (ModelError, TasteError) as error:
        sys.exit(str(error))
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"What readers said cannot be read: {error!r}.")


def _made(asked: argparse.Namespace) -> Path:
    judged = [*ranked(asked.data / RANKINGS), *marked(asked.data / MARKS)]
    model = load_model(find(asked.base), asked.data_dir, threads=1)
    reader = Reader(model)
    found = learnt(judged, reader, model.base.digest, asked.seed)
    manifest = {
        "serves": sorted(asked.serves or {one.form for one in judged}), "agrees": round(found.agrees, 4), "ridge": found.ridge, "tried": dict(found.tried),
        "examples": len({text for one in judged for text in one.texts}), "made_of": digest(asked.data), "seed": asked.seed,
    }  # fmt: skip
    return Path(asked.folder, write(asked.folder, found.head, manifest, reader.widths))


def digest(data: Path) -> str:
    """Of the files that a head is made of, hex SHA-256."""
    return hashlib.sha256(b"".join((data / name).read_bytes() for name in FILES)).hexdigest()


def ranked(path: Path) -> list[Judged]:
    """The rankings in a file, a JSON object a line: `texts`, and `orders`, a string of letters a reader, the best first; A is the first text.

    Raises:
        ValueError: an order is none of its texts.
    """
    found = []
    for row in _rows(path):
        texts, orders = row["texts"], row["orders"]
        letters = [chr(ord("A") + n) for n in range(len(texts))]
        if not orders or any(sorted(order) != letters for order in orders):
            raise ValueError(f"{orders} is no order of {len(texts)} pieces")
        places = [
            sum(len(texts) - 1 - order.index(letter) for order in orders) / len(orders) for letter in letters
        ]
        found.append(Judged(row["form"], row["theme"], tuple(texts), tuple(places)))
    return found


def marked(path: Path) -> list[Judged]:
    """The marks in a file, a JSON object a line, with those of one request together."""
    requests: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for row in _rows(path):
        mark = sum(row["marks"]) / len(row["marks"])
        requests.setdefault((row["form"], row["theme"]), []).append((row["text"], mark))
    return [
        Judged(form, theme, tuple(text for text, _ in some), tuple(mark for _, mark in some), MARKED)
        for (form, theme), some in requests.items()
    ]


def learnt(judged: Sequence[Judged], reader: Reader, base: str, seed: int) -> Learnt:
    """The head that foretells, by what `reader` says of the pieces, what was preferred. Its scores are in standard deviations of the pieces' in their forms, of which the mean
    is nought.

    Raises:
        ValueError: nothing was preferred to anything.
    """
    texts = list(dict.fromkeys(text for one in judged for text in one.texts))
    form_of = {text: one.form for one in judged for text in one.texts}
    read = reader(texts, BLOCKS)
    numbers = {block: read[block].clone() for block in BLOCKS}
    for form in sorted(set(form_of.values())):
        of = torch.tensor([form_of[text] == form for text in texts])
        for found in numbers.values():
            found[of] -= found[of].mean(0)
    pairs = _pairs(judged, {text: row for row, text in enumerate(texts)}, seed)
    within = space([numbers[block] for block in BLOCKS], sum(numbers[block].shape[1] for block in BLOCKS))
    tried = {ridge: _agrees(within.coordinates, pairs, ridge) for ridge in RIDGES}
    ridge = max(RIDGES, key=lambda one: tried[one])
    weights = preferred(within.coordinates, pairs.won, pairs.lost, pairs.weights, ridge)
    raw = within.back(weights, 0.0)[0].float()
    parted = dict(zip(BLOCKS, torch.split(raw, [numbers[block].shape[1] for block in BLOCKS]), strict=True))
    spread = float(Head("verse", base, parted, 0.0).score(numbers).std())
    scaled = {block: found / spread for block, found in parted.items()}
    middle = float(Head("verse", base, scaled, 0.0).score(read).mean())
    return Learnt(
        Head("verse", base, scaled, -middle), tried[ridge], ridge,
        {f"{one:g}": round(found, 4) for one, found in tried.items()},
    )  # fmt: skip


def _pairs(judged: Iterable[Judged], rows: Mapping[str, int], seed: int) -> _Pairs:
    """Every two pieces for one request of which one was liked better; those of one request weigh together as many as there are pieces."""
    judged = list(judged)
    parts = folds([one.theme for one in judged], FOLDS, seed).tolist()
    won, lost, weights, at = [], [], [], []
    for one, part in zip(judged, parts, strict=True):
        for a, b in itertools.permutations(range(len(one.texts)), 2):
            if one.liked[a] > one.liked[b]:
                won.append(rows[one.texts[a]])
                lost.append(rows[one.texts[b]])
                weights.append(one.weight * min(1.0, one.liked[a] - one.liked[b]) * 2 / len(one.texts))
                at.append(part)
    if not won:
        raise ValueError("nothing was preferred to anything")
    return _Pairs(
        torch.tensor(won), torch.tensor(lost), torch.tensor(weights, dtype=torch.float64), torch.tensor(at)
    )


def _agrees(z: Tensor, pairs: _Pairs, ridge: float) -> float:
    """The share of pairs, by weight, that what was learnt of the other folds is right about."""
    right = 0.0
    for part in range(FOLDS):
        out = pairs.folds == part
        weights = preferred(z, pairs.won[~out], pairs.lost[~out], pairs.weights[~out], ridge)
        scores = z @ weights
        right += float((pairs.weights * (scores[pairs.won] > scores[pairs.lost]))[out].sum())
    return right / float(pairs.weights.sum())


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m finetune.readers", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the head goes, into a directory named by its digest")
    parser.add_argument("--data", type=Path, default=DATA, help="a directory with the two files")
    parser.add_argument(
        "--serves",
        nargs="+",
        metavar="FORM",
        help="the forms that it judges (default: all that there are pieces of)",
    )
    parser.add_argument("--base", default="smollm2", help="as TEXT_MODEL (default: smollm2)")
    parser.add_argument(
        "--data-dir", type=Path, default=Path(".renga"), help="where unpacked weights are kept"
    )
    parser.add_argument("--seed", type=int, default=1)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    return parser.parse_args()


if __name__ == "__main__":
    main()
