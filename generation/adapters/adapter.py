"""An adapter in memory, and what has to be known of the model that it is made for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Base:
    """The model that adapters are made for.

    `digest` is the hex SHA-256 that names its weights. `modules` has every linear layer that an adapter may change,
    by its name in the network ("model.layers.0.self_attn.q_proj"), with its (out, in) features; the output head is
    not among them.
    """

    digest: str
    modules: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True, eq=False)
class Lora:
    """One layer's low-rank pair: y += scale * (x @ a.T) @ b.T

    `a` is (r, in) and `b` is (out, r), both float32 and finite, each number within ±64. `scale` is lora_alpha / r,
    or lora_alpha / sqrt(r) with rsLoRA (https://arxiv.org/abs/2312.03732), with this layer's rank and alpha; at most 64.
    """

    a: Tensor
    b: Tensor
    scale: float


@dataclass(frozen=True, slots=True, eq=False)
class Adapter:
    """A verified adapter. `modules` has its layers by the names of `Base.modules`; `rank` is the largest r."""

    digest: str
    modules: Mapping[str, Lora]
    rank: int
