"""The recipe: `python -m finetune.sft KIND FOLDER`. Run it again and it goes on where it was, to the same weights.

Read top to bottom. A LoRA of rank 8 on every linear layer of a frozen model learns to write pieces (`kinds.py`) after the
prompts that serve them. What a step draws at random is decided by (seed, epoch, step) alone, so that a training that was
killed and one that was not come to the same weights on the same machine. The weights that were best on the held-out
authors become an adapter directory in FOLDER/adapters; there is none where nothing was better than the base.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from finetune.kinds import KINDS
from finetune.network import TrainedNetwork
from finetune.packs import in_packs, pack
from finetune.state import State, StateError
from finetune.texts import digest
from finetune.tokens import Answers
from generation.adapters import write
from generation.lm.load import load_model
from generation.lm.weights import find
from generation.revision import revision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetune.packs import Pack
    from finetune.pieces import Piece
    from generation.lm.load import LoadedModel

RATE = 5e-4
LEAST_RATE = 0.05  # of RATE, at the end
WARM_UP = 0.04  # of all tokens
DECAY = 0.01
BETAS = (0.9, 0.98)
DROP = 0.05
BARE = 0.25  # of the prompts, without the form's examples
CLIP = 1.0
ALPHA = 2  # times the rank
PATIENCE = 4  # looks at the held-out pieces without a better one
STATE = "state.safetensors"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides the result. `tokens` are learnt in all, about `batch` a step; `room` bounds a pack's rows, with padding."""

    kind: str
    base: str
    tokens: int
    batch: int
    room: int
    rank: int
    seed: int
    looks: int


def main() -> None:
    recipe, folder, data_dir, save_every_s = _asked()
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    model = load_model(find(recipe.base), data_dir, threads=1)
    kind = KINDS[recipe.kind]
    try:
        written = train(
            recipe, model, kind.pieces("train"), kind.pieces("val"), folder, save_every_s=save_every_s
        )
    except StateError as error:
        sys.exit(str(error))
    print(f"{folder / 'adapters' / written}" if written else "Nothing was better than the base.")  # noqa: T201


def train(
    recipe: Recipe, model: LoadedModel, pieces: Sequence[Piece], held_out: Sequence[Piece], folder: Path, *,
    save_every_s: float,
) -> str | None:  # fmt: skip
    """Train in `folder`, from its beginning or from where it is. The digest of the adapter; None: none was better."""
    commit = revision()
    network = TrainedNetwork(model, rank=recipe.rank, alpha=ALPHA * recipe.rank)
    network.begin(recipe.seed)
    parameters = network.parameters()
    optimizer = torch.optim.AdamW(parameters.values(), lr=RATE, betas=BETAS, weight_decay=DECAY)
    state = State(parameters, optimizer, json.dumps(asdict(recipe), sort_keys=True))
    if (folder / STATE).exists():
        state.load(folder / STATE)
    at = state.progress

    answers = Answers(model)
    chance = random.Random(recipe.seed)  # noqa: S311 - no secret
    looked_at = [
        pack(group)
        for group in in_packs([answers.tokens(piece, chance, bare=0) for piece in held_out], recipe.room)
    ]
    plots = SummaryWriter(str(folder / "plots"), purge_step=at.step)
    bar = tqdm(total=recipe.tokens, initial=at.learnt, unit="tok", unit_scale=True, mininterval=5)
    began, began_at, saved = time.monotonic(), at.seconds, time.monotonic()
    packs = _epoch(recipe, answers, pieces, at.epoch)

    while not at.over:
        if at.learnt >= at.looks * recipe.tokens / recipe.looks:
            at.looks = at.learnt * recipe.looks // recipe.tokens + 1
            told = _held_out(network, looked_at)
            for name, value in told.items():
                plots.add_scalar(f"held_out/{name}", value, at.step)
            at.before = told["all"] if at.before is None else at.before
            if at.best is None or told["all"] < at.best:
                at.best, at.best_step, at.worse = told["all"], at.step, 0
                state.keep_as_best()
            else:
                at.worse += 1
            bar.write(
                f"step {at.step}: " + ", ".join(f"{name} {value:.3f}" for name, value in told.items()),
                sys.stderr,
            )
            at.over = at.learnt >= recipe.tokens or at.worse >= PATIENCE
        if at.over or time.monotonic() - saved > save_every_s:
            at.seconds = began_at + time.monotonic() - began
            state.save(folder / STATE)
            saved = time.monotonic()
        if at.over:
            break

        torch.manual_seed(recipe.seed * 1_000_003 + at.step)
        batch: list[Pack] = []
        while sum(one.learnt for one in batch) < recipe.batch:
            if at.pack == len(packs):
                at.epoch, at.pack = at.epoch + 1, 0
                packs = _epoch(recipe, answers, pieces, at.epoch)
            batch.append(packs[at.pack])
            at.pack += 1
        learnt = sum(one.learnt for one in batch)
        total = 0.0
        for one in batch:
            loss = network.loss(one, DROP)
            (loss / learnt).backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach())
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), CLIP)
        rate = RATE * _share(at.learnt / recipe.tokens)
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        optimizer.zero_grad()

        at.step += 1
        at.learnt += learnt
        bar.update(learnt)
        bar.set_postfix(loss=f"{total / learnt:.3f}", refresh=False)
        for name, value in (("loss", total / learnt), ("norm", float(norm)), ("rate", rate)):
            plots.add_scalar(name, value, at.step)
    bar.close()
    plots.close()
    if not at.best_step:
        return None
    state.use_best()
    return write(
        folder / "adapters", network.config(), network.tensors(), base=model.base,
        manifest={
            "parent": None, "snapshot": None, "name": f"{recipe.base}-{recipe.kind}", "serves": list(KINDS[recipe.kind].serves),
            "metrics": {"held_out_before": at.before, "held_out_after": at.best, **_by_form(network, looked_at)},
            "training": {
                "command": " ".join(["python -m finetune.sft", *sys.argv[1:]]), "commit": commit, "seed": recipe.seed,
                "recipe": asdict(recipe), "steps": at.step, "best_step": at.best_step, "epochs": at.epoch,
                "tokens": at.learnt, "seconds": round(at.seconds), "texts_sha256": digest(KINDS[recipe.kind].texts),
                "pieces": len(pieces), "held_out": len(held_out),
            },
        },
    )  # fmt: skip


def _epoch(recipe: Recipe, answers: Answers, pieces: Sequence[Piece], epoch: int) -> list[Pack]:
    """Every piece once, with wishes of this epoch's, in packs whose order is by chance."""
    chance = random.Random(f"{recipe.seed} {epoch}")  # noqa: S311 - no secret
    shuffled = chance.sample(pieces, len(pieces))
    # with and without examples are parted by their prompts: a pack shares what all of its prompts begin with
    bare = [answers.tokens(piece, chance, bare=1) for piece in shuffled[: int(BARE * len(shuffled))]]
    full = [answers.tokens(piece, chance, bare=0) for piece in shuffled[int(BARE * len(shuffled)) :]]
    groups = in_packs(bare, recipe.room) + in_packs(full, recipe.room)
    return [pack(group) for group in chance.sample(groups, len(groups))]


def _share(done: float) -> float:
    """How much of the learning rate a step has: a straight way up, half a cosine down."""
    if done < WARM_UP:
        return max(done / WARM_UP, LEAST_RATE)
    fall = (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP))) / 2
    return LEAST_RATE + (1 - LEAST_RATE) * fall


@torch.no_grad()
def _held_out(network: TrainedNetwork, packs: Sequence[Pack]) -> dict[str, float]:
    """Nats a token, over all and for each form."""
    losses: dict[str, float] = {}
    counts: dict[str, int] = {}
    for one in packs:
        loss = float(network.loss(one))
        for name in ("all", one.form):
            losses[name] = losses.get(name, 0.0) + loss
            counts[name] = counts.get(name, 0) + one.learnt
    return {name: losses[name] / counts[name] for name in losses}


def _by_form(network: TrainedNetwork, packs: Sequence[Pack]) -> dict[str, Any]:
    return {"held_out_by_form": {name: round(value, 4) for name, value in _held_out(network, packs).items()}}


def _asked() -> tuple[Recipe, Path, Path, float]:
    parser = argparse.ArgumentParser(prog="python -m finetune.sft", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("folder", type=Path, help="where the state, plots and the adapter go")
    parser.add_argument("--base", default="smollm2", help="as TEXT_MODEL (default: smollm2)")
    parser.add_argument("--tokens", type=int, default=70_000, help="tokens of pieces that are learnt in all")
    parser.add_argument("--batch", type=int, default=600, help="of these, about so many a step")
    parser.add_argument("--room", type=int, default=768, help="tokens of rows in a pack, padding included")
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--looks", type=int, default=8, help="times that held-out pieces are looked at")
    parser.add_argument(
        "--data-dir", type=Path, default=Path(".renga"), help="where unpacked weights are kept"
    )
    parser.add_argument("--save-every-s", type=float, default=120.0)
    given = vars(parser.parse_args())
    folder, data_dir, save_every_s = given.pop("folder"), given.pop("data_dir"), given.pop("save_every_s")
    if (
        min(given["tokens"], given["batch"], given["room"], given["looks"]) < 1
        or not 1 <= given["rank"] <= 64
    ):
        parser.error("Tokens, batch, room and looks are at least 1, a rank is from 1 to 64.")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    return Recipe(**given), folder, data_dir, save_every_s


if __name__ == "__main__":
    main()
