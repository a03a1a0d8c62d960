"""`python -m bench.dpo`: is our training of tastes faster than TRL's, and is it the same?

Both train on the same pairs in the same batches with the same adapter, references taken beforehand, one thread, turn and turn
about in one process. A step is reading a batch, its gradients and AdamW's step. Tokens are those of the answers, which is
what is learnt; both read the prompts too. TRL has what makes it fastest here: its fused output head, bfloat16, no gradient
checkpoints, LoRA without dropout. Seconds are of processor time, so that others on the machine slow down neither.

That the losses are the same is looked at in float32, with numbers in the adapter that are not nought.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import structlog
import torch

from bench.report import Target, asked, report, tell
from finetune.kinds import KINDS
from finetune.lessons import Lesson, bundles
from finetune.network import TrainedNetwork
from finetune.recipe import ALPHA, RANK, RATE, Recipe
from finetune.samples import brief
from finetune.teaching import Loss, references
from finetune.tokens import Answers
from generation.lm.load import load_model
from generation.lm.weights import directory, find

if TYPE_CHECKING:
    from collections.abc import Callable

    from generation.lm.load import LoadedModel

DATA = Path(__file__).resolve().parent.parent / ".renga"
RECIPE = Recipe()
ROUNDS, STEPS = 5, 1  # of each, turn and turn about, after one that is not counted
FORM = "quatrain"


def pairs(model: LoadedModel, count: int) -> list[Lesson]:
    """Public-domain quatrains two by two, as answers to one wish: what they say is nothing to a clock."""
    answers = Answers(model)
    pieces = [piece for piece in KINDS["verse"].pieces("train") if piece.form == FORM]
    chance = random.Random(0)
    found = []
    for number in range(count):
        one, other = pieces[2 * number : 2 * number + 2]
        wish = brief(FORM, one.brief(chance).theme)
        found.append(Lesson(number, (answers.served(wish, one.text), answers.served(wish, other.text))))
    return found


class Ours:
    """The recipe's step."""

    def __init__(self, model: LoadedModel, lessons: list[Lesson]) -> None:
        self.network = TrainedNetwork(model, rank=RANK, alpha=ALPHA)
        self.network.begin(1)
        self._parameters = self.network.parameters()
        self._optimizer = torch.optim.AdamW(self._parameters.values(), lr=RATE)
        self._loss = Loss(
            "dpo", references(self.network, lessons, RECIPE.room), beta=RECIPE.beta, smoothing=0.0, anchored=RECIPE.anchored
        )  # fmt: skip

    def loss(self, batch: list[Lesson], *, learn: bool) -> float:
        self._loss.begin(self.network, batch, RECIPE.room)
        total = 0.0
        for bundle in bundles(batch, RECIPE.room):
            part = self._loss.part(bundle, self.network.surprises(bundle.pack))
            if learn:
                part.backward()  # type: ignore[no-untyped-call]
            total += float(part.detach())
        if learn:
            self._optimizer.step()
            self._optimizer.zero_grad()
        return total


class Theirs:
    """TRL's DPOTrainer, its step taken batch by batch."""

    def __init__(self, folder: Path, dtype: torch.dtype, lessons: list[Lesson], out: str) -> None:
        from datasets import Dataset  # type: ignore[import-untyped]
        from peft import LoraConfig
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from trl.trainer.dpo_config import DPOConfig
        from trl.trainer.dpo_trainer import DPOTrainer

        config = DPOConfig(
            output_dir=out, per_device_train_batch_size=RECIPE.batch, use_cpu=True, bf16=dtype == torch.bfloat16,
            gradient_checkpointing=False, report_to="none", save_strategy="no", disable_tqdm=True, beta=RECIPE.beta,
            loss_type=["sigmoid", "sft"], loss_weights=[1.0, RECIPE.anchored], learning_rate=RATE, max_length=None,
            precompute_ref_log_probs=True,
        )  # fmt: skip
        some = Dataset.from_list([{"prompt": "a", "chosen": "b", "rejected": "c"}])  # ours are tokens already
        trainer = DPOTrainer(
            model=AutoModelForCausalLM.from_pretrained(folder, dtype=dtype), args=config, train_dataset=some,
            processing_class=AutoTokenizer.from_pretrained(folder),
            peft_config=LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM"),
        )  # fmt: skip
        self.trainer = cast("Any", trainer)
        self.trainer.current_gradient_accumulation_steps = 1  # as `train` sets it
        self._optimizer = self.trainer.create_optimizer()
        self._known: dict[int, tuple[float, float]] = {}
        for lesson in lessons:
            batch = self.trainer.data_collator([self._row(lesson)])
            chosen, rejected = self.trainer.compute_ref_log_probs(self.trainer.model, batch)
            self._known[lesson.number] = (chosen.item(), rejected.item())

    def loss(self, batch: list[Lesson], *, learn: bool) -> float:
        rows = []
        for lesson in batch:
            chosen, rejected = self._known[lesson.number]
            rows.append({**self._row(lesson), "ref_chosen_logps": chosen, "ref_rejected_logps": rejected})
        model = self.trainer.model
        model.train()
        inputs = self.trainer.data_collator(rows)
        if not learn:
            with torch.no_grad(), self.trainer.compute_loss_context_manager():
                return float(self.trainer.compute_loss(model, inputs))
        total = float(self.trainer.training_step(model, inputs))
        self._optimizer.step()
        self._optimizer.zero_grad()
        return total

    @staticmethod
    def _row(lesson: Lesson) -> dict[str, Any]:
        chosen, rejected = lesson.answers
        return {
            "prompt_ids": list(chosen.prompt), "chosen_ids": list(chosen.answer), "rejected_ids": list(rejected.answer)
        }  # fmt: skip


def speed(batches: list[list[Lesson]], sides: dict[str, Callable[[list[Lesson]], float]]) -> dict[str, Any]:
    """Tokens a second of processor time for each side and round, and the median of the rounds' ratios."""
    rates: dict[str, list[float]] = {name: [] for name in sides}
    walls: dict[str, list[float]] = {name: [] for name in sides}
    for number, batch in enumerate(batches):
        for name, step in sides.items():
            began, wall = time.process_time(), time.perf_counter()
            step(batch)
            if number:  # the first makes what later ones use
                learnt = sum(lesson.learnt for lesson in batch)
                rates[name].append(round(learnt / (time.process_time() - began), 2))
                walls[name].append(round(time.perf_counter() - wall, 2))
    ratios = [ours / theirs for ours, theirs in zip(rates["ours"], rates["trl"], strict=True)]
    return {"tokens_per_s": rates, "wall_s": walls, "ratios": ratios, "ratio": statistics.median(ratios)}


def same(data: Path, batch: list[Lesson], out: str) -> dict[str, float]:
    """The loss of one batch by both, in float32, with an adapter that changes something."""
    model = load_model(find("smollm2"), data, threads=1, asked="float32")
    ours = Ours(model, batch)
    theirs = Theirs(directory(find("smollm2"), data, torch.float32), torch.float32, batch, out)
    generator = torch.Generator().manual_seed(2)
    named = dict(theirs.trainer.model.named_parameters())
    for group in ours.network.groups.values():
        group.b.data = 0.01 * torch.randn(group.b.shape, generator=generator)
        for name, tensor in group.tensors().items():
            named[name.replace(".weight", ".default.weight")].data.copy_(tensor)
    found = {"ours": ours.loss(batch, learn=False), "trl": theirs.loss(batch, learn=False)}
    return {**found, "difference": abs(found["ours"] - found["trl"])}


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # stdout is the result's
    given = asked(__doc__, ("loss", "speed"))
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ["TQDM_DISABLE"] = "1"
    torch.set_num_threads(1)
    size, rounds = (2, 1) if given.quick else (RECIPE.batch, ROUNDS)
    model = load_model(find("smollm2"), DATA, threads=1)
    lessons = pairs(model, size * (rounds * STEPS + 1))
    batches = [lessons[at : at + size] for at in range(0, len(lessons), size)]
    targets: list[Target] = []
    details: dict[str, Any] = {"pairs": len(lessons), "batch": size, "dtype": str(model.dtype), "threads": 1}
    with tempfile.TemporaryDirectory() as out:
        if "loss" in given.parts:
            tell("the same loss?")
            details["loss"] = found = same(DATA, batches[0], out)
            targets.append(Target("vs_trl_loss_difference", found["difference"], "<=", 1e-4))
        if "speed" in given.parts:
            tell("tokens a second")
            ours = Ours(model, lessons)
            theirs = Theirs(directory(find("smollm2"), DATA, model.dtype), model.dtype, lessons, out)
            details["speed"] = timed = speed(
                batches, {
                    "ours": lambda batch: ours.loss(batch, learn=True), "trl": lambda batch: theirs.loss(batch, learn=True)
                },
            )  # fmt: skip
            targets.append(Target("vs_trl_tokens", round(timed["ratio"], 2), ">=", 1.5))
    report("dpo", targets, details, as_json=given.json, full=given.full)


if __name__ == "__main__":
    main()
