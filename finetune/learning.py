"""The steps of a taste's training: a batch of lessons, public pieces beside it, and now and then a look at what is held out.

What a step draws is decided by (seed, step), and the state is put down whole every so often, so that a run goes on as if it had
not been killed.
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import torch
from torch.utils.tensorboard import SummaryWriter

from finetune.lessons import batches, bundles
from finetune.state import State
from finetune.teaching import Loss

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from finetune.lessons import Bundle, Lesson
    from finetune.network import TrainedNetwork
    from finetune.recipe import Given, Recipe
    from finetune.replay import Replay
    from finetune.telling import Telling
    from finetune.tilt import Tilt

LEAST_RATE = 0.1  # of the rate, at the end
WARM_UP = 0.1  # of all steps
DECAY = 0.01
BETAS = (0.9, 0.98)
CLIP = 1.0
# narrow values left out by chance; none for pairs, whose log-ratios are over references that nothing was left out of
DROP = {"dpo": 0.0, "kto": 0.0, "sft": 0.05}
PATIENCE = 3  # looks at what is held out without a better one
STATE = "state.safetensors"  # in a training's folder


def learn(
    recipe: Recipe, of: Given, network: TrainedNetwork, known: Tensor, lessons: Sequence[Lesson],
    held_out: Sequence[Lesson], replay: Replay | None, tilt: Tilt | None, tell: Telling, *, rank: int, alpha: int,
) -> State:  # fmt: skip
    """Take every step that is left. The best weights on what is held out are kept in the state, which is `of.folder`/`STATE`.

    `known` are the references of `lessons` and `held_out`, (lessons, 2), by number; of `replay` and `tilt` either may be None: it
    is not learnt. `rank` and `alpha` are the network's.

    Raises:
        StateError: the folder holds the state of another training, or a damaged one.
    """
    parameters = network.parameters()
    optimizer = torch.optim.AdamW(parameters.values(), lr=recipe.rate, betas=BETAS, weight_decay=DECAY)
    about = [
        asdict(recipe),
        of.snapshot.digest,
        of.model.base.digest,
        rank,
        alpha,
        len(lessons),
        len(held_out),
    ]
    state = State(parameters, optimizer, json.dumps(about))
    if (of.folder / STATE).exists():
        state.load(of.folder / STATE)
    at = state.progress
    steps = recipe.epochs * math.ceil(len(lessons) / recipe.batch)
    loss = Loss(
        recipe.objective, known, beta=recipe.beta, smoothing=recipe.smoothing, anchored=recipe.anchored
    )  # fmt: skip
    plots = SummaryWriter(str(of.folder / "plots"), purge_step=at.step)
    saved = time.monotonic()
    tell("train", at.step, steps)
    while not at.over:
        if at.step * recipe.looks >= at.looks * steps:
            at.looks = at.step * recipe.looks // steps + 1
            looked = -float(at.step)
            if held_out:
                looked = _held_out(network, loss, tilt, held_out, recipe.room)
            if held_out:
                at.seen.append((at.step, looked))
                plots.add_scalar("held_out/loss", looked, at.step)
            at.before = looked if at.before is None else at.before
            if at.best is None or looked < at.best:
                at.best, at.best_step, at.worse = looked, at.step, 0
                state.keep_as_best()
            else:
                at.worse += 1
            at.over = at.step >= steps or at.worse >= PATIENCE
        if at.over or time.monotonic() - saved >= of.save_every_s:
            state.save(of.folder / STATE)
            saved = time.monotonic()
        if at.over:
            break

        torch.manual_seed(recipe.seed * 1_000_003 + at.step)
        epoch, place = divmod(at.step, steps // recipe.epochs)
        batch = batches(lessons, recipe.batch, f"{recipe.seed} {epoch}")[place]
        _begin(network, loss, tilt, batch, recipe.room)
        total = 0.0
        for bundle in bundles(batch, recipe.room):
            part = _part(network, loss, tilt, bundle, DROP[recipe.objective])
            part.backward()  # type: ignore[no-untyped-call]
            total += float(part.detach())
        if replay is not None:
            public = replay.pack(at.step)
            part = recipe.replayed * network.surprises(public).sum() / public.learnt
            part.backward()  # type: ignore[no-untyped-call]
            plots.add_scalar("replayed", float(part.detach()) / recipe.replayed, at.step)
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), CLIP)
        rate = recipe.rate * _share((at.step + 1) / steps)
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        optimizer.zero_grad()

        at.step += 1
        at.learnt += sum(lesson.learnt for lesson in batch)
        at.losses.append(total)
        tell("train", at.step, steps, total)
        for name, value in (("loss", total), ("norm", float(norm)), ("rate", rate)):
            plots.add_scalar(name, value, at.step)
    plots.close()
    return state


def _share(done: float) -> float:
    """How much of the learning rate a step has: a straight way up, half a cosine down."""
    if done < WARM_UP:
        return done / WARM_UP
    fall = (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP))) / 2
    return LEAST_RATE + (1 - LEAST_RATE) * fall


def _begin(
    network: TrainedNetwork, loss: Loss, tilt: Tilt | None, batch: Sequence[Lesson], size: int
) -> None:
    loss.begin(network, batch, size)
    if tilt is not None:
        tilt.begin(batch)


def _part(network: TrainedNetwork, loss: Loss, tilt: Tilt | None, bundle: Bundle, drop: float) -> Tensor:
    """A bundle's share of a batch's loss: that of the pairs or labels, and of the tokens' values."""
    read = network.read(bundle.pack, drop)
    part = loss.part(bundle, network.surprised(read))
    return part if tilt is None else part + tilt.part(bundle, read)


@torch.no_grad()
def _held_out(
    network: TrainedNetwork, loss: Loss, tilt: Tilt | None, lessons: Sequence[Lesson], size: int
) -> float:
    _begin(network, loss, tilt, lessons, size)
    return sum(float(_part(network, loss, tilt, bundle, 0.0)) for bundle in bundles(lessons, size))
