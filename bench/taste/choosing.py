"""`python -m bench.taste.choosing`: which blocks a head judges by, and how strong its ridge is, on tastes that no bench counts.

Ten other tastes (`others.py`), in communities of another size and other shares of contrarians and careless voters than the bench's.
48 of the past themes are learnt from, the 12 others are what each head is tried on: it picks one of a theme's five texts, and its
gain is how much likelier that is liked than the five are on average. Held-out themes of the bench are not touched.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

import structlog
import torch

from bench.report import tell
from bench.taste import numbers
from bench.taste.community import Community
from bench.taste.evidence import snapshot
from bench.taste.others import OTHERS
from bench.taste.prompts import PAST
from bench.taste.samples import DATA, KEPT, engine, made
from finetune.head import CHOICES, RIDGES, HeadError, fit
from generation.lm.load import load_model
from generation.lm.weights import find
from generation.taste.reader import BLOCKS, Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.taste.samples import Sample
    from finetune.features import Features

HELD_OUT = 12  # themes
LEXICAL = ("plain", "states.0", "topics")
TRIED = {
    "as in finetune.head": (CHOICES, RIDGES),
    **{
        f"{'+'.join(blocks)}, {ridge:g}": ((blocks,), (ridge,))
        for blocks in (("plain",), ("topics",), ("plain", "topics"), LEXICAL, ("plain", "states.2", "topics"), BLOCKS)
        for ridge in (0.3, 1.0, 3.0)
    },
    "lexical or all, .3 to 3": ((LEXICAL, BLOCKS), (0.3, 1.0, 3.0)),
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.taste.choosing", description=__doc__)
    parser.add_argument("--votes", type=int, default=900)
    parser.add_argument("--servers", type=int, default=3, help="for each taste")
    asked = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    torch.set_num_threads(1)
    model = load_model(find("smollm2"), DATA, threads=1)
    history = made(KEPT, "history", lambda: engine(model))
    texts = [one.text for one in (*history, *made(KEPT, "coming", lambda: engine(model)))]
    features = numbers.features(KEPT, Reader(model), list(dict.fromkeys(texts)))
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in TRIED}
    for at, (name, taste) in enumerate(OTHERS.items()):
        tell(name)
        for n in range(asked.servers):
            with tempfile.TemporaryDirectory() as folder:
                one_server(Path(folder), history, features, taste, asked.votes, 1000 * at + n, found)
    print(f"{asked.votes} votes: gain, best possible, area under the curve by cross-validation; servers")
    for name, some in sorted(found.items(), key=lambda item: -fmean(one[0] for one in item[1])):
        gain, best, area = (fmean(one[n] for one in some) for n in range(3))
        print(f"{gain:6.3f} {best:6.3f} {area:6.3f} {len(some):4}  {name}")


def one_server(
    folder: Path, history: Sequence[Sample], features: Features, taste: Callable[[str], float], votes: int,
    seed: int, found: dict[str, list[tuple[float, float, float]]],
) -> None:  # fmt: skip
    """Add what each way comes to in one server."""
    chance = random.Random(seed)
    community = Community(
        chance.choice((12, 20, 40)), chance.choice((0.0, 0.1, 0.2)), chance.choice((0.0, 0.1, 0.2))
    )
    reactions = community.reactions([taste(one.text) for one in history], votes, seed)
    made_at = community.made_at(len(history))
    out = set(chance.sample(PAST, HELD_OUT))
    learnt = snapshot(folder, history, reactions, made_at, "0" * 64)
    examples = [one for one in learnt.examples if one.theme not in out]
    seen = features.of([one.text for one in examples])
    by_theme = [[one.text for one in history if one.theme == theme] for theme in sorted(out)]
    for name, (choices, ridges) in TRIED.items():
        try:
            fitted = fit(examples, seen, seed, "verse", "0" * 64, choices=choices, ridges=ridges)
        except HeadError:
            continue
        gains, best = [], []
        for some in by_theme:
            liked = [taste(text) for text in some]
            scores = fitted.head.score(features.of(some))
            gains.append(liked[int(scores.argmax())] - fmean(liked))
            best.append(max(liked) - fmean(liked))
        found[name].append((fmean(gains), fmean(best), fitted.auc))


if __name__ == "__main__":
    main()
