"""Which layers of the base an adapter changes, with which rank and scale: its settings applied to the base.

Names match as PEFT matches literal ones: the whole name of a module, or its end after a dot.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from generation.adapters.errors import AdapterError, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generation.adapters.adapter import Base
    from generation.adapters.lora_config import LoraSettings

MAX_SCALE = 64.0  # for the reason that `tensor_file.MAX_ABS` has

Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True)
class Pair:
    """One module's pair of tensors: their names and shapes in the file, and the factor on their product."""

    a: str
    a_shape: tuple[int, int]  # (r, in)
    b: str
    b_shape: tuple[int, int]  # (out, r)
    scale: float


def plan(settings: LoraSettings, base: Base) -> dict[str, Pair]:
    """The pairs that the adapter has to have, by module.

    Raises:
        AdapterError: a name in the settings fits no layer, or two of them say different things about one, or a
            scale is above 64.
    """
    pairs: dict[str, Pair] = {}
    unused = {
        "target_modules": set(settings.targets or ()),
        "rank_pattern": set(settings.ranks),
        "alpha_pattern": set(settings.alphas),
    }
    for module, (out_features, in_features) in base.modules.items():
        ends = _ends(module)
        if settings.targets is not None and settings.targets.isdisjoint(ends):
            continue
        for names in unused.values():
            names.difference_update(ends)
        rank = _one("rank_pattern", module, ends, settings.ranks, settings.rank)
        alpha = _one("alpha_pattern", module, ends, settings.alphas, settings.alpha)
        scale = alpha / (math.sqrt(rank) if settings.rslora else rank)
        if scale > MAX_SCALE:
            raise AdapterError(
                f"adapter_config.json: rank {rank} and alpha {alpha:g} make a scale of {scale:g}, above {MAX_SCALE:g}."
            )
        pairs[module] = Pair(
            a=f"base_model.model.{module}.lora_A.weight",
            a_shape=(rank, in_features),
            b=f"base_model.model.{module}.lora_B.weight",
            b_shape=(out_features, rank),
            scale=scale,
        )
    for key, names in unused.items():
        if names:
            raise AdapterError(
                f"adapter_config.json: {key} names {quoted(min(names))}, which fits no layer that may be adapted."
            )
    if not pairs:
        raise AdapterError("adapter_config.json: target_modules names no layer.")
    return pairs


def _ends(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[start:]) for start in range(len(parts))]


def _one(key: str, module: str, ends: list[str], special: Mapping[str, Number], usual: Number) -> Number:
    found = {special[end] for end in ends if end in special}
    if len(found) > 1:  # PEFT takes the first in the file's order, which saving changes
        raise AdapterError(f"adapter_config.json: {key} has two values for {quoted(module)}.")
    return found.pop() if found else usual
