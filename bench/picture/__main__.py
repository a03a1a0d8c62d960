"""`python -m bench.picture`: how near made pictures are to real ones and to their captions, and how long one takes.

Parts:

- `real`: the real pictures in place of made ones. Their figures are the instrument's own: `referee_off` says how far
  they are from what they were when it was fitted.
- `made`: the 2,120 briefs of samples.jsonl, painted and scored.
- `speed`: milliseconds from text to PNG bytes, as the host's engine makes them.
- `sheets`: what there is to look at, as WebP under bench/results/picture/.

Whether people know what they see is asked apart: `python -m bench.picture.quiz`. Stable Diffusion's kind of model is
compared with nowhere: its weights come by a model hub alone, and none is contacted here.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from bench.picture.real import RealPictures
from bench.picture.referee import off
from bench.picture.remembered import Remembered
from bench.picture.scoring import Scoring
from bench.picture.sheets import drawn, keep
from bench.picture.speed import speed
from bench.report import RESULTS, Target, report, tell
from generation.gan.pictures import PictureModel
from generation.gan.trained import TrainedNetwork
from generation.gan.weights import WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Sequence

PARTS = ("real", "made", "speed", "sheets")
PEERS = {
    "sd-turbo": "not measured: its weights come by a model hub alone, and no package that was looked for has them",
}
GOALS: dict[str, tuple[Any, float]] = {
    "fd_stickers": ("<=", 180),
    "fd_paintings": ("<=", 300),
    "r_seen": (">=", 0.70),
    "r_paintings": (">=", 0.55),
    "z_spread_ratio": (">=", 0.40),
    "copies_share": ("<=", 0.01),
}


def run(parts: Sequence[str], weights: Path, *, quick: bool) -> tuple[list[Target], dict[str, Any]]:
    """The parts asked for, of the network in `weights`."""
    sentences = Remembered.load()
    model = PictureModel.load(weights, sentences)
    size = sum(path.stat().st_size for path in weights.iterdir())
    found: list[Target] = [Target("weights_mb", round(size / 1e6, 2), "<=", 16)]
    details: dict[str, Any] = {"weights": {"name": model.name, "digest": model.digest, "side_px": model.side}}
    details["training"] = dict(model.training)
    details["peers"] = PEERS
    scoring = Scoring(sentences, quick=quick) if {"real", "made"} & set(parts) else None
    if "real" in parts and scoring:
        tell("scoring the real pictures")
        details["real"] = scoring.real_pictures()
        found.append(Target("referee_off", round(off(details["real"]), 4), "<=", 0.01))
    if "made" in parts and scoring:
        tell("painting and scoring the made pictures")
        details["made"] = scoring.made_pictures(model)
        found += [Target(name, details["made"][name], *goal) for name, goal in GOALS.items()]
        details |= {name: details["made"][name] for name in ("r_unseen", "nearest_rms", "colour_heard")}
    if "speed" in parts:
        tell("timing")
        names = {one.name for one in RealPictures().shown.values() if one.kind == "sticker"}
        timed = details["speed"] = speed(TrainedNetwork.load(weights), names, quick=quick)
        found += [
            Target("picture_ms_1_thread", timed["picture_ms_1_thread"]["median"], "<=", 60),
            Target("grid_of_4_ms", timed["grid_of_4_ms"]["median"], "<=", 150),
        ]
    if "sheets" in parts and not quick:
        tell("drawing the sheets")
        details["sheets"] = keep(drawn(model, RealPictures()), RESULTS / "picture")
    return found, details


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # stdout is the result's
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="under a minute; its figures are never quoted")
    parser.add_argument("--part", choices=PARTS, help="run one part alone")
    parser.add_argument(
        "--weights", type=Path, default=WEIGHTS, help="a folder of weights, such as a checkpoint's"
    )
    arguments = parser.parse_args()
    parts = [arguments.part] if arguments.part else PARTS
    full = not arguments.quick and arguments.part is None and arguments.weights == WEIGHTS
    targets, details = run(parts, arguments.weights, quick=arguments.quick)
    report("picture", targets, details, as_json=arguments.json, full=full)


if __name__ == "__main__":
    main()
