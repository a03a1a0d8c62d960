"""The frozen weights beside which a LoRA learns: as they are, or in four bits and whole only while they are multiplied with.

QLoRA (Dettmers 2023, arXiv 2305.14314, equation 5): y = x dequant(w) + x a b, where nothing but a and b learns. The adapter is
the same kind of directory either way, and serves on the whole weights as on the packed ones.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Protocol

import torch
from bitsandbytes.functional import dequantize_4bit
from bitsandbytes.nn.modules import Linear4bit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor, nn


class Frozen(Protocol):
    """The weights of linear layers that read the same, below one another."""

    def __call__(self) -> Tensor:
        """(all their outputs, in)"""


class Whole:
    """Kept in the numbers that they are multiplied in."""

    def __init__(self, weights: Sequence[Tensor]) -> None:
        self._weight = torch.cat([weight.detach() for weight in weights])

    def __call__(self) -> Tensor:
        return self._weight


class Packed:
    """Kept in four bits, unpacked each time: in a step once forward and once back.

    On some processors bitsandbytes lays a layer's bits out anew, with rounded scales, as soon as anything is written with it. So
    what they were is kept here, and has to be taken before.
    """

    def __init__(self, linears: Sequence[Linear4bit], dtype: torch.dtype) -> None:
        weights: list[Any] = [linear.weight for linear in linears]  # bitsandbytes' own, with their scales
        self._kept = [(weight.data, copy.copy(weight.quant_state)) for weight in weights]
        assert not any(getattr(state, "packing_format_for_cpu", False) for _, state in self._kept), (
            "weights are taken before anything is written with them"
        )
        self._dtype = dtype

    def __call__(self) -> Tensor:
        return torch.cat([dequantize_4bit(bits, state).to(self._dtype) for bits, state in self._kept])


def frozen(linears: Sequence[nn.Linear], dtype: torch.dtype) -> Frozen:
    """What `linears` multiply with, shared where it is packed and copied where it is not."""
    packed = [linear for linear in linears if isinstance(linear, Linear4bit)]
    if not packed:
        return Whole([linear.weight for linear in linears])
    assert len(packed) == len(linears), "layers that read the same are packed alike"
    return Packed(packed, dtype)
