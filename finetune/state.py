"""How far a training is: one file of tensors and a line of JSON, replaced as a whole, so that a kill leaves the old or the new."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import torch
from safetensors import safe_open
from safetensors.torch import save_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor, nn


class StateError(Exception):
    """A folder that cannot be gone on with; the message is one sentence."""


@dataclass(slots=True)
class Progress:
    """`learnt` counts target tokens; `epoch` and `pack` say which pack is next. Losses are in nats a token, held out;
    `looks` counts when they were taken, `worse` those since the best. `losses` are those of each step and `seen` the
    held-out ones with their steps, where a report is to show them.
    """

    step: int = 0
    epoch: int = 0
    pack: int = 0
    learnt: int = 0
    seconds: float = 0.0
    before: float | None = None
    best: float | None = None
    best_step: int = 0
    looks: int = 0
    worse: int = 0
    over: bool = False
    losses: list[float] = field(default_factory=list)
    seen: list[tuple[int, float]] = field(default_factory=list)


class State:
    """What is trained, its moments under AdamW, the best of it so far, and the progress."""

    def __init__(
        self, parameters: Mapping[str, nn.Parameter], optimizer: torch.optim.AdamW, recipe: str
    ) -> None:
        """`recipe` is all that decides the result, as text: a folder of another is not gone on with."""
        self._parameters, self._optimizer, self._recipe = dict(parameters), optimizer, recipe
        self.progress = Progress()
        self.best = {name: parameter.detach().clone() for name, parameter in self._parameters.items()}

    def keep_as_best(self) -> None:
        for name, parameter in self._parameters.items():
            self.best[name].copy_(parameter.detach())

    def use_best(self) -> None:
        """Go back to the best of it, for good."""
        for name, parameter in self._parameters.items():
            parameter.data.copy_(self.best[name])

    def save(self, file: Path) -> None:
        tensors: dict[str, Tensor] = {}
        for name, parameter in self._parameters.items():
            moments = self._optimizer.state[parameter]
            tensors[f"now.{name}"] = parameter.detach()
            tensors[f"best.{name}"] = self.best[name]
            for key in ("exp_avg", "exp_avg_sq"):
                if key in moments:
                    tensors[f"{key}.{name}"] = moments[key]
        making = file.with_suffix(".making")
        save_file(tensors, making, {"recipe": self._recipe, "progress": json.dumps(asdict(self.progress))})
        with making.open("rb") as written:
            os.fsync(written.fileno())
        making.replace(file)

    def load(self, file: Path) -> None:
        """Raises StateError where `file` is another recipe's."""
        with safe_open(file, "pt") as opened:
            about = opened.metadata()
            if about["recipe"] != self._recipe:
                raise StateError(
                    f"{file.parent} holds another training; take another folder, or the same settings."
                )
            self.progress = Progress(**json.loads(about["progress"]))
            for name, parameter in self._parameters.items():
                parameter.data.copy_(opened.get_tensor(f"now.{name}"))
                self.best[name].copy_(opened.get_tensor(f"best.{name}"))
                if self.progress.step:
                    self._optimizer.state[parameter] = {
                        "step": torch.tensor(float(self.progress.step)),
                        "exp_avg": opened.get_tensor(f"exp_avg.{name}").to(parameter.device),
                        "exp_avg_sq": opened.get_tensor(f"exp_avg_sq.{name}").to(parameter.device),
                    }
