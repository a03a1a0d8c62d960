"""The recipe of a taste, as `python -m finetune.train` runs it. Run it again in its folder and it goes on where it was.

Read top to bottom. Fresh pieces of what serves now are written about themes (`samples.py`); a reward head picks which is to be
preferred (`pairs.py`), and says what tokens are worth (`values.py`); a LoRA that begins with the weights of what serves learns
both (`learning.py`, `teaching.py`, `objectives.py`, `tilt.py`), beside public pieces (`replay.py`); what was best on themes held out, or stands
on the way to it and is not refused for what it writes (`reach.py`), is measured against what serves (`measured.py`, `gates.py`), and gets its name unless a gate that nobody can waive says no
(`publish.py`). Every phase leaves its result in FOLDER and is not done again; what a step draws is decided by (seed, step), so
that a run that was killed and one that was not come to the same adapter on the same machine.
"""

from __future__ import annotations

import functools
import hashlib
import json
import random
import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file
from safetensors.torch import save as bytes_of

from finetune import report_picture
from finetune.gates import gates
from finetune.incumbent import incumbent
from finetune.kinds import kind_read
from finetune.learning import learn
from finetune.measured import Contest, measured
from finetune.network import TrainedNetwork
from finetune.pairs import Preference, of_members, of_samples, spoilt_low
from finetune.publish import publish, room, same
from finetune.reach import LEAST, Way, within_reach
from finetune.replay import Replay
from finetune.report import PNG, Point, Report, Side
from finetune.report import save as save_report
from finetune.samples import fingerprint, given, sampled
from finetune.teaching import Objective, of_examples, of_pairs, references
from finetune.themes import forms_of, wishes
from finetune.tilt import PLACES, States, tilted
from finetune.tokens import Answers
from finetune.values import load as load_values
from finetune.values import save as save_values
from finetune.values import shown, token_values
from generation import whole
from generation.revision import revision

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor

    from finetune.incumbent import Incumbent
    from finetune.lessons import Lesson
    from finetune.measured import Taste
    from finetune.reach import Place
    from finetune.snapshot import Snapshot
    from finetune.telling import Telling
    from finetune.values import Values
    from generation.lm.chat import Chat
    from generation.lm.load import LoadedModel, Quantization

RATE = 2e-4  # beside public pieces, else half of it; 2e-5, the usual advice, hardly moves a small model (docs/training.md)
RANK, ALPHA = 16, 32  # where training begins with the model alone
# in a training's folder
REFERENCES = "references.safetensors"
SAMPLES, PAIRS, SECONDS, CANDIDATE = "samples.jsonl", "pairs.json", "seconds.json", "candidate"
VALUES, STATES = "values.safetensors", "states.safetensors"
LEAST_WEIGHT = 0.05  # of a pair of the taste, whatever tokens tell


class TrainingError(Exception):
    """There is nothing to train, or nothing to go on with; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides the result beside the snapshot and the taste. `batch` counts lessons a step, `room` tokens of rows in a pack,
    `themes` what fresh samples are about and `asked` what both sides are asked for in the end. `replayed` is the share of
    public pieces in the loss of pairs (`Replay`), `public` how many there are a step, `tilted` how far what is to be learnt of tokens' values lies from what serves,
    in nats a token, where they tell all of a taste.
    """

    objective: Objective = "dpo"
    parent: str = "starter"
    head: str | None = None
    seed: int = 1
    rate: float = RATE
    themes: int = 48
    asked: int = 24
    beta: float = 0.1
    smoothing: float = 0.1
    anchored: float = 0.2
    replayed: float = 0.2
    public: int = 2
    tilted: float = 0.2
    epochs: int = 1
    batch: int = 8
    room: int = 2048
    looks: int = 5
    quantization: Quantization = "none"


@dataclass(frozen=True, slots=True)
class Given:
    """What a training is made from, and where it goes: `folder` is its own, `adapters` where a published one goes."""

    snapshot: Snapshot
    snapshot_directory: Path
    model: LoadedModel
    taste: Taste | None
    head_auc: float | None
    folder: Path
    adapters: Path
    samples: Path | None = None
    save_every_s: float = 60.0


def train(recipe: Recipe, of: Given, tell: Telling) -> Report:
    """Train in `of.folder`, from its beginning or from where it is, and report.

    Raises:
        TrainingError, SamplesError, ThemesError, StateError, AdapterError, PublishError: one sentence.
    """
    watch = _Watch(of.folder / SECONDS)
    same(of.snapshot_directory, of.snapshot, of.model.base)
    shares = forms_of(of.snapshot.examples)
    serving = incumbent(recipe.parent, of.model.base, shares, of.adapters)
    start = serving.adapter(serving.start, of.model.base)
    rank, alpha = RANK, ALPHA
    if start is not None:
        rank = start.rank
        alpha = round(next(iter(start.modules.values())).scale * rank)
    network = TrainedNetwork(of.model, rank=rank, alpha=alpha)
    room(of.folder, _space(network))
    network.begin(recipe.seed)
    if start is not None:
        network.take(start)
    before = {name: parameter.detach().clone() for name, parameter in network.parameters().items()}
    answers = Answers(of.model)

    pairs: list[Preference] = []
    values: Values | None = None
    if recipe.objective == "dpo":
        pairs, values = _pairs(recipe, of, serving, tell, watch)
        lessons, held_out = of_pairs(answers, pairs)
    else:
        lessons, held_out = of_examples(answers, of.snapshot.examples, recipe.objective)
    if len(lessons) < recipe.batch:
        raise TrainingError(
            f"There is too little to learn from: {len(lessons)} {'pairs' if pairs else 'pieces'}, {recipe.batch} are needed."
        )

    began = time.monotonic()
    known, states = _before(recipe, network, lessons, held_out, of.folder, tilts=values is not None)
    tilt = None if values is None else tilted(network, states, values, recipe.tilted)
    replay = None
    if recipe.objective == "dpo" and recipe.replayed:
        read = kind_read(of.snapshot.kind, max(shares, key=lambda form: (shares[form], form)))
        replay = Replay(answers, read.pieces("train"), recipe.seed, recipe.public)
    state = learn(recipe, of, network, known, lessons, held_out, replay, tilt, tell, rank=rank, alpha=alpha)
    watch.add("train", time.monotonic() - began)

    at = state.progress
    told = Report(
        kind=of.snapshot.kind, objective=recipe.objective, snapshot=of.snapshot.digest, base=of.model.base.digest,
        parent=serving.start, head=recipe.head, adapter=None, serves=tuple(shares), liked=of.snapshot.evidence.liked,
        disliked=of.snapshot.evidence.disliked, voters=of.snapshot.evidence.voters,
        held_out=sum(example.part != "train" for example in of.snapshot.examples), pairs=len(pairs), steps=at.step, gates=(),
        samples=(), losses=tuple(Point(n + 1, round(loss, 5)) for n, loss in enumerate(at.losses)),
        held_out_losses=tuple(Point(step, round(loss, 5)) for step, loss in at.seen), seconds=dict(watch.seconds),
        made_at=time.time(),
    )  # fmt: skip
    if values is not None:
        raw = of.model.chat.raw
        told = replace(
            told, told=round(values.told, 4), more=shown(values.best, raw), less=shown(values.worst, raw)
        )
    if not at.best_step:
        return _reported(
            replace(told, refusal="Nothing that it learnt was better than what serves."), of.folder
        )
    state.use_best()

    began = time.monotonic()
    tell("gates", 0, 0)
    contest = Contest(
        of.model, network, serving, of.folder / CANDIDATE, "", of.snapshot, shares, recipe.seed, recipe.asked
    )
    way = Way(contest, before, of.folder, recipe.room, lambda done, count: tell("gates", done, count))
    place = within_reach(way, of.taste)
    watch.add("reach", time.monotonic() - began)

    began = time.monotonic()
    told = _judged(recipe, of, place, pairs, told)
    while told.broken and place.came_from is not None:
        place = place.came_from
        way.put(place.share)
        told = _judged(recipe, of, place, pairs, told)
    if told.broken == ("safety",):
        told = _judged(recipe, of, way.at(place.share * LEAST), pairs, told)
    watch.add("gates", time.monotonic() - began)
    told = replace(told, seconds=dict(watch.seconds))
    if told.verdict != "refused":
        same(of.snapshot_directory, of.snapshot, of.model.base)
        publish(
            of.adapters, network.config(), network.tensors(), base=of.model.base, manifest=_manifest(recipe, told)
        )  # fmt: skip
    return _reported(told, of.folder)


def _space(network: TrainedNetwork) -> int:
    """Bytes that a training's folder comes to, at most: the state, which is there twice while it is put down, and what it began from."""
    learnt = sum(parameter.numel() for parameter in network.parameters().values())
    state = 4 * learnt * torch.float32.itemsize  # the weights, the best of them, and both of Adam's moments
    return 2 * state + PLACES * network.head.weight.shape[1] * network.head.weight.element_size() + 16 * 2**20


def _pairs(
    recipe: Recipe, of: Given, serving: Incumbent, tell: Telling, watch: _Watch
) -> tuple[list[Preference], Values | None]:  # fmt: skip
    """The pairs of this run, fresh samples picked by the taste and what members picked themselves; and what tokens are worth."""
    file = of.folder / PAIRS
    made_of = [asdict(recipe), of.snapshot.digest, serving.start]
    if of.samples is not None:
        made_of.append(fingerprint(of.samples))
    about = hashlib.sha256(json.dumps(made_of).encode()).hexdigest()
    if file.exists():
        kept = json.loads(file.read_text())
        if kept["about"] != about:
            raise TrainingError(
                f"{of.folder} holds another training; take another folder, or the same settings."
            )
        there = [Preference(**{**pair, "whole": tuple(pair["whole"])}) for pair in kept["pairs"]]
        return there, load_values(of.folder / VALUES) if kept["valued"] else None
    if of.taste is None:
        raise TrainingError(
            "Without a head nobody knows which piece is to be preferred: name one, or take sft or kto."
        )
    began = time.monotonic()
    if of.samples is not None:
        samples = given(of.samples, serving.start)
    else:
        asked = wishes(of.snapshot.examples, of.snapshot.kind, "train", recipe.themes, recipe.seed)
        samples = sampled(
            of.folder / SAMPLES, of.model, serving.root, serving.start, asked, recipe.seed,
            tell=lambda done, count: tell("samples", done, count),
        )  # fmt: skip
    watch.add("samples", time.monotonic() - began)
    began = time.monotonic()
    tell("pairs", 0, 1)
    scores = of.taste([sample.text for sample in samples])
    values = None
    if recipe.tilted:
        tokens = [of.model.chat.of_text(sample.text) for sample in samples]
        themes = [f"{sample.form} {sample.theme}" for sample in samples]
        embedding = of.model.network.get_input_embeddings().weight.detach()
        values = token_values(
            embedding, tokens, themes, spoilt_low(samples, scores), sorted(of.model.stops),
            functools.partial(_word, of.model.chat),
        )  # fmt: skip
    # what can be told of tokens need not be told by pairs, whose other tokens only lead further away
    told = 0.0 if values is None else values.told
    found = of_samples(samples, scores, weight=max(1 - told, LEAST_WEIGHT)) + of_members(of.snapshot)
    if values is not None:
        save_values(values, of.folder / VALUES)
    kept = {"about": about, "valued": values is not None, "pairs": [asdict(pair) for pair in found]}
    whole.put(file, json.dumps(kept, ensure_ascii=False).encode())
    tell("pairs", 1, 1)
    watch.add("pairs", time.monotonic() - began)
    return found, values


def _word(chat: Chat, token: int) -> str:
    """The word that a token is, or begins, or goes on with, in lower case; "" where it is none."""
    said = chat.raw([token]).strip().lower()
    return said if said.isalpha() else ""


def _before(
    recipe: Recipe, network: TrainedNetwork, lessons: Sequence[Lesson], held_out: Sequence[Lesson], folder: Path, *,
    tilts: bool,
) -> tuple[Tensor, dict[int, Tensor]]:  # fmt: skip
    """What the network says before it learns, once and for all: (lessons, 2), by number; and where something `tilts` it, the states
    that it says it from.
    """
    file, beside = folder / REFERENCES, folder / STATES
    if not file.exists() or (tilts and not beside.exists()):
        states = States((lessons, held_out))
        known = references(network, [*lessons, *held_out], recipe.room, states if tilts else None)
        if tilts:
            states.save(beside)
        whole.put(file, bytes_of({"known": known}))
    return load_file(file)["known"], States.load(beside) if tilts else {}


def _judged(recipe: Recipe, of: Given, place: Place, pairs: Sequence[Preference], told: Report) -> Report:
    """The report with every gate, and with the candidate's name unless one refuses it for good."""
    learnt = [pair.chosen for pair in pairs if not pair.held_out]
    learnt += [example.text for example in of.snapshot.examples if example.part == "train"]
    figures = measured(
        place.contest, place.wrote, of.folder, of.taste, of.head_auc, learnt, random.Random(recipe.seed), recipe.room,  # noqa: S311 - no secret
    )  # fmt: skip
    judged = replace(
        told, share=place.share, adapter=place.contest.digest, gates=gates(figures),
        samples=tuple(
            Side(old.form, old.theme, old.text, new.text)
            for old, new in zip(figures.before, figures.after, strict=True)
        ),
    )  # fmt: skip
    return judged if judged.verdict != "refused" else replace(judged, adapter=None)


def _manifest(recipe: Recipe, told: Report) -> dict[str, Any]:
    return {
        "parent": told.parent, "snapshot": told.snapshot, "name": f"taste-{told.kind}", "serves": list(told.serves),
        "metrics": {gate.name: [gate.value, gate.incumbent] for gate in told.gates},
        "training": {
            "recipe": asdict(recipe), "commit": revision(), "pairs": told.pairs, "steps": told.steps, "share": told.share, "told": told.told,
            "seconds": {name: round(value) for name, value in told.seconds.items()},
        },
    }  # fmt: skip


def _reported(told: Report, folder: Path) -> Report:
    save_report(told, folder)
    report_picture.save(told, folder / PNG)
    return told


class _Watch:
    """Seconds that each phase took, over all runs in a folder."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.seconds: dict[str, float] = json.loads(file.read_text()) if file.exists() else {}

    def add(self, phase: str, seconds: float) -> None:
        self.seconds[phase] = round(self.seconds.get(phase, 0.0) + seconds, 1)
        whole.put(self._file, json.dumps(self.seconds).encode())
