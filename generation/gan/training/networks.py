"""All that learns, its optimisers and its running mean: one training's state, saved and loaded whole."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch

from generation.gan.training.backbone import POOLED
from generation.gan.training.discriminator import Discriminator, Matcher
from generation.gan.training.moments import Moments
from generation.gan.training.posterior import Posterior
from generation.gan.weights import Painter, WeightsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from generation.gan.generator import Shape
    from generation.gan.vocabulary import Vocabulary
    from generation.gan.weights import Weights

BETAS = (0.0, 0.99)


@dataclass(slots=True)
class State:
    """One training, between two steps."""

    painter: Painter
    mean: Painter  # the running mean of `painter`, which serves
    posterior: Posterior
    discriminator: Discriminator
    matcher: Matcher
    moments: Moments
    makes: torch.optim.Adam  # painter and posterior
    judges: torch.optim.Adam  # discriminator and matcher
    step: int = 0
    pictures: int = 0

    @classmethod
    def fresh(cls, looks: torch.Tensor, shape: Shape, seed: int) -> State:
        """Untrained but for what words look like, (words, shape.looks); the same for the same seed."""
        torch.manual_seed(seed)
        words, wide = looks.shape
        painter, posterior = Painter(words, shape), Posterior(shape.z)
        discriminator, matcher = Discriminator(words, looks=wide), Matcher(words, POOLED, looks=wide)
        for code in (painter.text, discriminator.text, matcher.text):
            with torch.no_grad():
                code.words.weight[:, -wide:] = looks
        for module in (painter, posterior, discriminator, matcher):
            module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        mean = deepcopy(painter).eval().requires_grad_(requires_grad=False)
        makes, judges = _optimiser(painter, posterior), _optimiser(discriminator, matcher)
        return cls(painter, mean, posterior, discriminator, matcher, Moments(), makes, judges)

    def begin_with(self, weights: Weights, vocabulary: Vocabulary) -> None:
        """Take a trained painter over; its judges and optimisers are not kept with weights, and begin anew.

        One whose words had no looks is given those of this state, at first without effect.

        Raises:
            WeightsError: it is of another shape, or learnt other words.
        """
        theirs, ours = weights.painter.generator.shape, self.painter.generator.shape
        if theirs not in (ours, replace(ours, looks=0)):
            raise WeightsError(
                "These weights are of a network of another shape than the one that would be trained."
            )
        if weights.vocabulary.entries != vocabulary.entries:
            raise WeightsError("These weights learnt other words than the pictures have now.")
        taken = weights.painter.state_dict()
        if theirs != ours:
            taken = _widened(taken, self.painter.state_dict(), ours)
        self.painter.load_state_dict(taken)
        self.mean.load_state_dict(taken)

    def average(self, decay: float) -> None:
        """Move the running mean towards the painter."""
        with torch.no_grad():
            ours: list[torch.Tensor] = list(self.mean.parameters())
            theirs = [p.detach() for p in self.painter.parameters()]
            torch._foreach_lerp_(ours, theirs, 1 - decay)

    def save(self, path: Path) -> None:
        """Write all of it, whole or not at all."""
        partial = path.with_suffix(".partial")
        torch.save({name: part.state_dict() for name, part in self._parts()} | self._counts(), partial)
        partial.rename(path)

    def load(self, path: Path) -> None:
        """Go on from `save`."""
        told = torch.load(path, weights_only=True)
        for name, part in self._parts():
            part.load_state_dict(told[name])
        self.step, self.pictures = told["step"], told["pictures"]

    def _parts(self) -> Iterable[tuple[str, Any]]:
        names = ("painter", "mean", "posterior", "discriminator", "matcher", "moments", "makes", "judges")
        return [(name, getattr(self, name)) for name in names]

    def _counts(self) -> dict[str, int]:
        return {"step": self.step, "pictures": self.pictures}


def _widened(
    old: Mapping[str, torch.Tensor], new: Mapping[str, torch.Tensor], shape: Shape
) -> dict[str, torch.Tensor]:
    """`old` in the shapes of `new`: columns of nought where a layer reads looks, the looks of `new` beside words."""
    wide = {}
    for name, tensor in old.items():
        if tensor.shape == new[name].shape:
            wide[name] = tensor
        elif name == WORDS:
            wide[name] = torch.cat([tensor, new[name][:, -shape.looks :]], 1)
        else:
            before = shape.text + (0 if name == "generator.mapping.layers.0.weight" else shape.mapped)
            none = tensor.new_zeros(len(tensor), shape.looks)
            wide[name] = torch.cat([tensor[:, :before], none, tensor[:, before:]], 1)
    return wide


WORDS = "text.words.weight"
WORDS_RATE = 3.0  # a word is seen in few batches: its vector learns faster


def _optimiser(*modules: torch.nn.Module) -> torch.optim.Adam:
    """Over all that learns in `modules`; vectors of words apart."""
    named = [(name, p) for module in modules for name, p in module.named_parameters() if p.requires_grad]
    groups: list[dict[str, Any]] = [
        {"params": [p for name, p in named if name != WORDS]},
        {"params": [p for name, p in named if name == WORDS], "scale": WORDS_RATE},
    ]
    return torch.optim.Adam(groups, lr=0.0, betas=BETAS, fused=True)


def set_rate(optimiser: torch.optim.Adam, rate: float) -> None:
    """The learning rate of the next step."""
    for group in optimiser.param_groups:
        group["lr"] = rate * group.get("scale", 1.0)
