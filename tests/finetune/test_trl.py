"""Our losses are TRL's: the same batch through its trainers and through our network, with the same adapter, to 1e-4."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from finetune.lessons import Lesson, bundles
from finetune.network import TrainedNetwork
from finetune.packs import Tokens
from finetune.teaching import Loss, references
from tests.finetune.small import LINES, loaded, save

if TYPE_CHECKING:
    from pathlib import Path

    from finetune.teaching import Objective
    from generation.lm.load import LoadedModel

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
RANK, ALPHA = 4, 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("trl") / "model")


@pytest.fixture(scope="module")
def model(folder: Path) -> LoadedModel:
    return loaded(folder)


def said(role: str, text: str) -> list[dict[str, str]]:
    return [{"role": role, "content": text}]


def arguments(tmp_path: Path) -> dict[str, Any]:
    return {
        "output_dir": str(tmp_path), "per_device_train_batch_size": 4, "use_cpu": True, "bf16": False, "report_to": "none",
        "beta": 0.1, "precompute_ref_log_probs": True, "max_length": None, "gradient_checkpointing": False,
        "save_strategy": "no", "disable_tqdm": True,
    }  # fmt: skip


def theirs(folder: Path) -> dict[str, Any]:
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer

    return {
        "model": AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32),
        "processing_class": AutoTokenizer.from_pretrained(folder, pad_token="<|end|>"),
        "peft_config": LoraConfig(
            r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM"
        ),
    }


def moved(network: TrainedNetwork, peft: Any) -> None:
    """The same numbers, not nought, in both."""
    generator = torch.Generator().manual_seed(1)
    for parameter in network.parameters().values():
        parameter.data = 0.2 * torch.randn(parameter.shape, generator=generator)
    named = dict(peft.named_parameters())
    for name, tensor in ((k, v) for group in network.groups.values() for k, v in group.tensors().items()):
        named[name.replace(".weight", ".default.weight")].data.copy_(tensor)


def ours(
    network: TrainedNetwork, known: torch.Tensor, lessons: list[Lesson], objective: Objective, **how: float
) -> float:
    loss = Loss(objective, known, **{"beta": 0.1, "smoothing": 0.0, "anchored": 0.0, **how})
    loss.begin(network, lessons, 10_000)
    # in packs of one lesson: the parts of a batch come to the whole of it
    return sum(float(loss.part(bundle, network.surprises(bundle.pack))) for bundle in bundles(lessons, 1))


@pytest.mark.parametrize(
    ("types", "weights", "how", "count"),
    [
        (["sigmoid"], [1.0], {}, 4),
        (["sigmoid", "sft"], [1.0, 0.2], {"anchored": 0.2}, 4),
        # TRL smooths the labels of this one alone, which is DPO's where there is nothing to sort
        (["aot"], [1.0], {"smoothing": 0.1}, 1),
    ],
)
def test_dpo_is_trls(
    folder: Path, model: LoadedModel, tmp_path: Path, types: list[str], weights: list[float], how: dict[str, float], count: int
) -> None:  # fmt: skip
    from datasets import Dataset
    from trl import DPOConfig, DPOTrainer

    rows = [
        {"prompt": said("user", LINES[n]), "chosen": said("assistant", LINES[n + 1]), "rejected": said("assistant", LINES[n + 2] * 2)}
        for n in range(count)
    ]  # fmt: skip
    smoothing = how.get("smoothing", 0.0)
    config = DPOConfig(
        **arguments(tmp_path), loss_type=types, loss_weights=weights, label_smoothing=smoothing
    )
    trainer = DPOTrainer(args=config, train_dataset=Dataset.from_list(rows), **theirs(folder))
    batch = trainer.data_collator([dict(row) for row in trainer.train_dataset])
    lessons = [
        Lesson(n, tuple(Tokens("haiku", tuple(row["prompt_ids"]), tuple(row[side])) for side in ("chosen_ids", "rejected_ids")))
        for n, row in enumerate(trainer.train_dataset)
    ]  # fmt: skip
    network = TrainedNetwork(model, rank=RANK, alpha=ALPHA)
    known = references(network, lessons, 10_000)
    assert known[:, 0].tolist() == pytest.approx(batch["ref_chosen_logps"].tolist(), abs=1e-3)
    moved(network, trainer.model)
    wanted = trainer.compute_loss(trainer.model, batch).item()
    assert ours(network, known, lessons, "dpo", **how) == pytest.approx(wanted, abs=1e-4)


def test_kto_is_trls(folder: Path, model: LoadedModel, tmp_path: Path) -> None:
    from datasets import Dataset
    from trl import KTOConfig, KTOTrainer

    rows = [
        {"prompt": said("user", LINES[n]), "completion": said("assistant", LINES[n + 1]), "label": n % 2 == 0}
        for n in range(4)
    ]
    config = KTOConfig(**arguments(tmp_path), train_sampling_strategy="sequential", dataloader_drop_last=True)
    trainer = KTOTrainer(args=config, train_dataset=Dataset.from_list(rows), **theirs(folder))
    batch = trainer.data_collator([dict(row) for row in trainer.train_dataset])
    lessons = []
    for n in range(4):
        own, stray = (
            tokens(batch[ids][n], batch[seen][n], batch[mask][n])
            for ids, seen, mask in (
                ("input_ids", "attention_mask", "completion_mask"),
                ("KL_input_ids", "KL_attention_mask", "KL_completion_mask"),
            )
        )
        lessons.append(Lesson(n, (own,), 1.0, bool(batch["label"][n]), stray))
    network = TrainedNetwork(model, rank=RANK, alpha=ALPHA)
    known = references(network, lessons, 10_000)
    moved(network, trainer.model)
    wanted = trainer.compute_loss(trainer.model, batch).item()
    assert ours(network, known, lessons, "kto") == pytest.approx(wanted, abs=1e-4)


def tokens(ids: torch.Tensor, seen: torch.Tensor, answers: torch.Tensor) -> Tokens:
    """A row of a padded batch as prompt and answer."""
    return Tokens(
        "haiku", tuple(ids[(seen == 1) & (answers == 0)].tolist()), tuple(ids[answers == 1].tolist())
    )
