"""Linear layers that share an input, computed as one, their weights lying as a CPU's library likes them.

One product of a (N, in) with a (960, in) costs less than three with (576, in), (192, in) and (192, in); packed weights
take a third of the time of plain ones at sixteen rows (Zen 4, bfloat16, one thread: 33 against 51 ms for SmolLM2-135M).

Where a processor has no instructions for bfloat16, weights may be kept in float16 all the same (*halves*): FBGEMM reads half of
the bytes, widens each number as it comes, and multiplies and adds in float32. oneDNN's float32, in parts, takes 3.5 times
as long at one row and twice as long at 24 (Zen 3, AVX2, one thread: 22 against 47 GFLOP/s).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - what everybody calls it

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

CHAIN = 256  # products that are added up in one go, in float32
LARGEST = 65504.0  # float16
BLOCK = 512  # inputs by which FBGEMM takes memory, used or not


class Matrix:
    """A weight to multiply by, (out, in). `x @ weight.T + plus`, for x of (N, in) and `plus` of (N, out).

    In float32 a long row is summed in parts: oneDNN adds up all of it in one chain, whose rounding put logits of Gemma 3 270M
    up to 1.4e-4 from transformers' on one processor (three draws of tokens); in parts of 256 they are within 8.4e-5.
    """

    def __init__(
        self, weight: Tensor, bias: Tensor | None = None, *, chain: int | None = None, halves: bool = False
    ) -> None:
        """Shares nothing with `weight`, which may lie in a mapped file. `chain` products are added up in one go, `CHAIN` where it
        is None: short chains round less and take longer. `halves` keeps a float32 weight in float16, if none of it is beyond that; one
        whose inputs fill less than half of a block is kept as it is, and multiplied by plainly: oneDNN makes a kernel for each
        number of rows, which took 15 % of a limerick.
        """
        self._on_cpu = weight.device.type == "cpu"
        self._bias = None if bias is None else bias.detach().clone()
        self._halves: Any = None
        halves = halves and self._on_cpu and weight.dtype == torch.float32
        self._plain = not self._on_cpu or (halves and weight.shape[1] < BLOCK // 2)
        if self._plain:
            self._weight = weight.detach().clone()
        elif halves and weight.abs().max() <= LARGEST:
            self._halves = torch.ops.quantized.linear_prepack_fp16(weight.detach().contiguous(), self._bias)
        else:
            most = CHAIN if chain is None else chain
            count = -(-weight.shape[1] // most) if weight.dtype == torch.float32 else 1
            parts = weight.detach().chunk(count, dim=1)
            self._widths = [part.shape[1] for part in parts]
            self._parts = [_packed(part) for part in parts]

    def plus(self, change: Tensor) -> Matrix:
        """Another, by whose weight `change` is more: (out, in), float32. Rounded once more. Of one that oneDNN multiplies by."""
        weight = torch.cat([part.to_dense() for part in self._parts], 1)
        return Matrix((weight.float() + change).to(weight.dtype), self._bias)

    def __call__(self, x: Tensor, plus: Tensor | None = None) -> Tensor:
        found: Tensor
        if self._halves is not None:
            found = torch.ops.quantized.linear_dynamic_fp16(x, self._halves)
            return found if plus is None else found.add_(plus)
        if self._plain:
            found = F.linear(x, self._weight, self._bias)
            return found if plus is None else found + plus
        if len(self._parts) == 1:
            return _product(x, self._parts[0], self._bias, plus)
        first, *rest = (piece.contiguous() for piece in torch.split(x, self._widths, dim=-1))
        found = _product(first, self._parts[0], self._bias, plus)
        for piece, part in zip(rest, self._parts[1:], strict=True):
            found = _product(piece, part, None, found)
        return found


def _packed(weight: Tensor) -> Tensor:
    packed: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), None)  # noqa: SLF001 - no public name
    return packed


def _product(x: Tensor, weight: Tensor, bias: Tensor | None, plus: Tensor | None) -> Tensor:
    found: Tensor
    if plus is None:
        found = torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")  # noqa: SLF001
    else:
        found = torch.ops.mkldnn._linear_pointwise.binary(x, plus, weight, bias, "add")  # noqa: SLF001
    return found


def fused(parts: Sequence[nn.Linear], *, halves: bool = False) -> Matrix:
    """The layers' outputs beside each other: (N, in) -> (N, sum of their outs)."""
    weight = torch.cat([part.weight.detach() for part in parts])
    biases = [part.bias for part in parts]
    if all(bias is None for bias in biases):
        return Matrix(weight, halves=halves)
    whole = [
        torch.zeros(part.out_features, dtype=weight.dtype, device=weight.device)
        if bias is None
        else bias.detach()
        for part, bias in zip(parts, biases, strict=True)
    ]
    return Matrix(weight, torch.cat(whole), halves=halves)


class PackedLinear(nn.Module):
    """x: (..., in) -> (..., out), for inference on a CPU. Holds no parameters that could be trained or saved."""

    def __init__(self, linear: nn.Linear, *, halves: bool = False) -> None:
        super().__init__()
        self._matrix = Matrix(linear.weight, linear.bias, halves=halves)

    def forward(self, x: Tensor) -> Tensor:
        return self._matrix(x)


def pack(network: nn.Module, *, halves: bool = False) -> None:
    """Replace every linear layer within `network`, in place; the originals are let go.

    What stays is copied, because it may lie in a mapped file that would stay in memory whole with it. Layers that are
    linear in another way (quantised ones) stay as they are.
    """
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if type(child) is nn.Linear:
                setattr(module, name, PackedLinear(child, halves=halves))
    for parameter in network.parameters():
        parameter.data = parameter.data.clone()
