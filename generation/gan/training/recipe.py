"""The recipe: `python -m generation.gan.training FOLDER`. Run it again and it goes on where it was, to the same weights.

Read top to bottom. What a step draws at random is decided by (seed, step, process) alone, so a training that was killed
and one that was not come to the same weights on the same machine.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.distributed as dist
from torch.multiprocessing.spawn import start_processes
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from generation.gan.generator import Shape
from generation.gan.text_encoder import Sentences
from generation.gan.training.backbone import Backbone
from generation.gan.training.dataset import SOURCE, Dataset, prepare
from generation.gan.training.gallery import HANGS, Gallery
from generation.gan.training.networks import State, set_rate
from generation.gan.training.sheet import Sheet
from generation.gan.training.step import Weighs, step
from generation.gan.weights import load_weights, save_weights
from generation.revision import revision

MAKES_RATE, JUDGES_RATE = 3e-4, 2.5e-4
WARM_UP = 100  # steps
JUDGES_ALONE = 300  # steps, where a trained painter meets judges that know nothing yet
COOL_DOWN = 0.2  # of all pictures: the last ones, over which rates fall to none
DECAY = 0.998  # of the running mean, at a batch of 64
PLOT_EVERY = 25  # steps
STATE = "state.pt"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a training is asked for."""

    folder: Path
    source: Path
    data: Path
    pictures: int
    cool_down: float
    batch: int
    processes: int
    side: int
    seed: int
    save_every_s: float
    start_from: Path | None
    hangs: int
    port: int


def main() -> None:
    recipe = _asked()
    prepare(recipe.data, recipe.side, say=_say, source=recipe.source)
    recipe.folder.mkdir(parents=True, exist_ok=True)
    (recipe.folder / "recipe.json").write_text(json.dumps(asdict(recipe), default=str, indent=2))
    if recipe.processes == 1:
        train(0, recipe)
    else:
        start_processes(train, (recipe,), nprocs=recipe.processes, start_method="spawn")  # type: ignore[no-untyped-call]


def train(rank: int, recipe: Recipe) -> None:
    """One process of a training; the first writes."""
    torch.set_num_threads(1)
    if recipe.processes > 1:
        os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(recipe.port)}
        dist.init_process_group("gloo", rank=rank, world_size=recipe.processes)

    data = Dataset(recipe.data, recipe.side)
    backbone = Backbone.load()
    shape = Shape(looks=data.looks.shape[1])
    parent = os.getppid()
    state = State.fresh(data.looks, shape, recipe.seed)
    alone = 0  # steps in which the judges alone learn
    if recipe.start_from is not None:
        state.begin_with(load_weights(recipe.start_from), data.vocabulary)
        alone = JUDGES_ALONE
    if (recipe.folder / STATE).exists():
        state.load(recipe.folder / STATE)

    gallery = Gallery(
        data.vocabulary, Sentences.load(), backbone,
        side=recipe.side, seed=_seed_of(recipe.seed, 0, rank + 1), hangs=recipe.hangs, step=state.step,
    )  # fmt: skip
    writes = rank == 0
    share = recipe.batch // recipe.processes
    plots = SummaryWriter(str(recipe.folder / "plots"), purge_step=state.step) if writes else None
    sheet = Sheet(data.vocabulary) if writes else None
    bar = tqdm(
        total=recipe.pictures, initial=state.pictures, unit="picture", mininterval=5, disable=not writes
    )
    began, began_at, saved = time.monotonic(), state.pictures, time.monotonic()

    while state.pictures < recipe.pictures:
        if recipe.processes > 1 and os.getppid() != parent:
            sys.exit("Whoever began this training is gone, and may begin it again: this process stops.")
        torch.manual_seed(_seed_of(recipe.seed, state.step, rank))
        cool = cooled(state.pictures, recipe.pictures, recipe.cool_down)
        set_rate(state.makes, MAKES_RATE * cool * _warm(state.step - alone))
        set_rate(state.judges, JUDGES_RATE * cool * _warm(state.step))

        told = step(state, backbone, data.draw(share, gallery), Weighs())

        gallery.change(state.step)
        state.step += 1
        state.pictures += recipe.batch
        state.average(min(DECAY, state.step / (state.step + 10)))
        bar.update(recipe.batch)
        if plots is not None and state.step % PLOT_EVERY == 0:
            for name, value in told.items():
                plots.add_scalar(name, value, state.step)
            bar.set_postfix({name: f"{value:.2f}" for name, value in told.items()}, refresh=False)
        due = time.monotonic() - saved > recipe.save_every_s or state.pictures >= recipe.pictures
        if writes and due:
            assert sheet is not None
            saved = time.monotonic()
            state.save(recipe.folder / STATE)
            sheet.paint(state.mean, recipe.folder / "sheets" / f"{state.pictures:08d}.webp")
            save_weights(
                recipe.folder / "weights",
                state.mean,
                data.vocabulary,
                {
                    "seed": recipe.seed,
                    "commit": revision(),
                    "command": " ".join(["python -m generation.gan.training", *sys.argv[1:]]),
                    "pictures_seen": state.pictures,
                    "after": None if recipe.start_from is None else load_weights(recipe.start_from).training,
                    "pictures_per_s": round((state.pictures - began_at) / (time.monotonic() - began), 1),
                },
            )
    bar.close()
    if dist.is_initialized():
        dist.destroy_process_group()


def cooled(done: int, pictures: int, share: float) -> float:
    """How much of the learning rate is left when `done` of `pictures` are seen: all of it up to the last `share`, then ever less."""
    return min(1.0, (1 - done / pictures) / share)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201


def _warm(step: int) -> float:
    """How much of the learning rate a step has: none before the first, all of it after `WARM_UP`."""
    return min(1.0, max(0, step + 1) / WARM_UP)


def _seed_of(seed: int, at: int, rank: int) -> int:
    """A seed for one step of one process; multiplying by odd numbers keeps them apart."""
    return (seed * 0x9E3779B97F4A7C15 + at * 0xBF58476D1CE4E5B9 + rank * 0x94D049BB133111EB) % 2**63


def _free_port() -> int:
    """A port of this machine by which the processes can find one another."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _asked() -> Recipe:
    parser = argparse.ArgumentParser(prog="python -m generation.gan.training", description=__doc__)
    parser.add_argument("folder", type=Path, help="where checkpoints, sheets, plots and weights go")
    parser.add_argument(
        "--source",
        type=Path,
        default=SOURCE,
        help="captioned pictures, laid out as the README of the default says",
    )
    parser.add_argument(
        "--data", type=Path, default=Path(".renga/gan/data"), help="where prepared pictures are kept"
    )
    parser.add_argument("--pictures", type=int, default=2_000_000, help="how many pictures are shown in all")
    parser.add_argument(
        "--cool-down",
        type=float,
        default=COOL_DOWN,
        help="over which share of these, the last, rates fall to none",
    )
    parser.add_argument("--batch", type=int, default=64, help="pictures a step, over all processes")
    parser.add_argument("--processes", type=int, default=2, help="processes of one thread each")
    parser.add_argument("--side", type=int, default=64, help="pixels of the edge")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--hangs",
        type=int,
        default=HANGS,
        help="fresh abstract paintings that each process draws from at a time",
    )
    parser.add_argument("--save-every-s", type=float, default=180.0)
    parser.add_argument(
        "--start-from", type=Path, help="a directory of weights to go on from, such as generation/gan/weights"
    )
    recipe = Recipe(**vars(parser.parse_args()), port=_free_port())
    if recipe.processes < 1 or recipe.batch < 2 * recipe.processes or recipe.batch % recipe.processes:
        parser.error("A batch is shared by the processes in equal parts, of two pictures at the least.")
    if not 0 < recipe.cool_down <= 1:
        parser.error("Rates fall over a share of the pictures: more than none, and all at the most.")
    return recipe
