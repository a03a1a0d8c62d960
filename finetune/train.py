"""`python -m finetune.train SNAPSHOT FOLDER --head HEAD`: an adapter out of a server's votes, or the reason why there is none.

The command alone: what is asked for, whether enough is known to begin, and one training a folder. The training is `recipe.py`.
Its last line on standard output is JSON, `{"adapter": directory or null, "report": file}`; with `--progress json` there are lines
before it that say how far it is. It ends with 0 also where gates refuse what it made, and with 1 and a sentence on standard error
where it could not be made. Killed at any time and run again, it goes on, to the same adapter.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import structlog
import torch
from safetensors import SafetensorError

from finetune.judge import Judge
from finetune.publish import PublishError
from finetune.recipe import RATE, Given, Recipe, TrainingError, train
from finetune.report import JSON
from finetune.samples import SamplesError
from finetune.snapshot import TRAINING, SnapshotError, load, missing
from finetune.state import StateError
from finetune.teaching import Objective
from finetune.telling import Telling
from finetune.themes import ThemesError
from generation import whole
from generation.adapters import AdapterError
from generation.lm.architecture import UnknownArchitectureError
from generation.lm.load import Quantization, load_model
from generation.lm.weights import ModelError, find
from generation.taste import TasteError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finetune.report import Report
    from finetune.snapshot import Snapshot

REFUSALS = (
    AdapterError, ModelError, PublishError, SamplesError, SnapshotError, StateError, TasteError, ThemesError, TrainingError,
    UnknownArchitectureError,
)  # fmt: skip
THREADS = "threads"  # in a training's folder: with how many it began


@dataclass(frozen=True, slots=True)
class Asked:
    """The command line. Paths are as they were given; `adapters` is where a published adapter goes; `threads` may be 0 (`threads_of`)."""

    snapshot: Path
    folder: Path
    head: Path | None
    base: str
    data_dir: Path
    adapters: Path
    samples: Path | None
    recipe: Recipe
    progress: Literal["json", "bar"]
    threads: int
    wait_s: float
    save_every_s: float


def main() -> None:
    asked = _asked()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # stdout is for programs
    tell = Telling(asked.progress)
    try:
        asked.folder.mkdir(parents=True, exist_ok=True)
        with _alone(asked.folder, asked.wait_s):
            asked = replace(asked, threads=threads_of(asked.folder, asked.threads))
            torch.set_num_threads(asked.threads)
            report = _trained(asked, tell)
    except REFUSALS as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"The training's folder cannot be worked in: {error.strerror or error}.")
    except SafetensorError as error:
        sys.exit(f"What was kept of the training is damaged, or cannot be written: {error}.")
    finally:
        tell.close()
    adapter = None if report.adapter is None else str(asked.adapters / report.adapter)
    print(json.dumps({"adapter": adapter, "report": str(asked.folder / JSON)}), flush=True)  # noqa: T201


def _trained(asked: Asked, tell: Telling) -> Report:
    snapshot = load(asked.snapshot)
    enough(snapshot)
    model = load_model(
        find(asked.base), asked.data_dir, threads=asked.threads, quantization=asked.recipe.quantization
    )
    judge = None if asked.head is None else Judge(asked.head, model)
    if judge is not None:
        worth(judge, snapshot)
    given = Given(
        snapshot, asked.snapshot, model, judge, None if judge is None else judge.auc, asked.folder, asked.adapters,
        asked.samples, asked.save_every_s,
    )  # fmt: skip
    return train(asked.recipe, given, tell)


def threads_of(folder: Path, asked: int) -> int:
    """How many a run in `folder` has: as many as are asked for, else as it began with, else (0) all that it may use.

    With another number sums round otherwise, and a run that was killed would come to another adapter than one that was not.
    """
    kept = folder / THREADS
    if not asked and kept.exists() and (said := kept.read_text()).isdigit():
        return max(1, int(said))
    found = asked or torch.get_num_threads()
    whole.put(kept, str(found).encode())
    return found


def enough(snapshot: Snapshot) -> None:
    """See that enough is known to change how a model writes. Raises TrainingError."""
    if short := missing(snapshot.evidence, TRAINING):
        raise TrainingError(f"Nothing is trained yet: {short}.")


def worth(judge: Judge, snapshot: Snapshot) -> None:
    """See that a head is of this kind, and foretells what it did not see. Raises TrainingError."""
    if judge.kind != snapshot.kind:
        raise TrainingError(f"The head judges {judge.kind}, and the snapshot is of {snapshot.kind}.")
    if judge.auc < TRAINING.auc:
        raise TrainingError(
            f"The head foretells votes too seldom to train by: {judge.auc:.2f}, where 0.5 is chance and {TRAINING.auc:.2f} is "
            "needed."
        )


@contextmanager
def _alone(folder: Path, wait_s: float = 0.0) -> Iterator[None]:
    """Hold `folder` for this process; a lock of the kernel's, gone with the process, or with its node after a while. Raises TrainingError."""
    until = time.monotonic() + wait_s
    with (folder / ".lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise TrainingError(f"Another training is under way in {folder.name}.") from None
            time.sleep(min(1.0, wait_s))
        yield


def _asked() -> Asked:
    parser = argparse.ArgumentParser(
        prog="python -m finetune.train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("snapshot", type=Path, help="the directory of a snapshot")
    parser.add_argument("folder", type=Path, help="where the training keeps its state and leaves its report")
    parser.add_argument("--head", type=Path, help="the directory of a reward head; dpo needs one")
    parser.add_argument(
        "--parent",
        default="starter",
        help="an adapter's directory to go on from, starter (the default), or base: the model alone",
    )
    parser.add_argument("--objective", choices=get_args(Objective), default="dpo")
    parser.add_argument("--base", default="smollm2", help="as TEXT_MODEL (default: smollm2)")
    parser.add_argument(
        "--data-dir", type=Path, default=Path(".renga"), help="where unpacked weights are kept"
    )
    parser.add_argument("--adapters", type=Path, help="where the adapter goes (default: FOLDER/adapters)")
    parser.add_argument(
        "--samples", type=Path, help="samples of what serves that were made before, JSON lines"
    )
    parser.add_argument(
        "--quant",
        choices=get_args(Quantization),
        default="none",
        help="nf4: the frozen weights in four bits (QLoRA), where memory is short",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--themes", type=int, default=Recipe().themes, help="themes to write fresh samples about"
    )
    parser.add_argument(
        "--epochs", type=int, help="times that everything is learnt (default: dpo 1, kto 2, sft 3)"
    )
    parser.add_argument("--rate", type=float, default=RATE, help=f"of learning (default: {RATE:g})")
    parser.add_argument(
        "--threads",
        type=int,
        default=0,
        help="of the model (default: as many as the run in FOLDER began with, a new one with all: who serves grants turns)",
    )
    parser.add_argument("--progress", choices=("json", "bar"), default="bar")
    parser.add_argument(
        "--wait-s",
        type=float,
        default=0.0,
        help="for another training in FOLDER that may be over (default: not at all)",
    )
    parser.add_argument("--save-every-s", type=float, default=60.0)
    given = parser.parse_args()
    if given.threads < 0:
        parser.error("Threads are at least 1, or 0: as many as may be used.")
    if given.themes < 1 or (given.epochs is not None and given.epochs < 1) or not 0 < given.rate <= 0.01:
        parser.error("Themes and epochs are at least 1, a rate is above 0 and at most 0.01.")
    epochs = given.epochs or {"dpo": 1, "kto": 2, "sft": 3}[given.objective]
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    recipe = Recipe(
        objective=given.objective, parent=given.parent, head=None if given.head is None else given.head.resolve().name,
        seed=given.seed, rate=given.rate, themes=given.themes, epochs=epochs, quantization=given.quant,
    )  # fmt: skip
    return Asked(
        given.snapshot, given.folder, given.head, given.base, given.data_dir, given.adapters or given.folder / "adapters",
        given.samples, recipe, given.progress, given.threads, given.wait_s,
        given.save_every_s,
    )  # fmt: skip


if __name__ == "__main__":
    main()
