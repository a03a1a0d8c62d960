"""Which numbers to compute with: bfloat16 where the processor has instructions for them, else float32, by weights in float16.

Decided by what the processor has, not by a stopwatch, so that the same machine gives the same text for a seed.
Without such instructions bfloat16 is half as fast as float32 (measured, AVX512 without BF16: 47 against 85 tokens/s), and
weights in float16, which keep eight times as much of a number as bfloat16 does, are twice as fast as float32 (`packed`; AVX2).
What was chosen is in the log and in `/v1/stats`; `TEXT_DTYPE` overrules it.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Literal

import torch

from generation.lm.weights import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

Asked = Literal["auto", "bfloat16", "float32"]


def device() -> torch.device:
    """The first CUDA device, else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def packs_bfloat16() -> bool:
    """Whether oneDNN packs bfloat16 weights here, found by packing some.

    It asks oneDNN, which `ONEDNN_MAX_CPU_ISA` may hold to less than the processor has; `torch.cpu.get_capabilities()`
    does not hear of that.
    """
    try:
        torch.ops.mkldnn._reorder_linear_weight(torch.zeros(8, 8, dtype=torch.bfloat16), None)  # noqa: SLF001 - no public name
    except RuntimeError:
        return False
    return True


@functools.cache
def multiplies_float16() -> bool:
    """Whether FBGEMM multiplies by float16 weights here, found by doing so."""
    try:
        packed = torch.ops.quantized.linear_prepack_fp16(torch.ones(8, 8), None)
        torch.ops.quantized.linear_dynamic_fp16(torch.ones(1, 8), packed)
    except RuntimeError:
        return False
    return True


def halves(on: torch.device, numbers: torch.dtype, *, multiplies: bool, asked: Asked = "auto") -> bool:
    """Whether weights are kept in float16 where `numbers` are computed with: for speed, unless float32 was asked for.

    `multiplies` is as `multiplies_float16()`.
    """
    return multiplies and asked == "auto" and on.type == "cpu" and numbers == torch.float32


def dtype(
    on: torch.device, capabilities: Mapping[str, object], *, packs: bool, asked: Asked = "auto"
) -> torch.dtype:
    """What to compute with `on` a device.

    `capabilities` are as `torch.cpu.get_capabilities()` gives them, `packs` as `packs_bfloat16()`.

    Raises:
        ModelError: bfloat16 was asked for on a processor that cannot.
    """
    if asked == "float32":
        return torch.float32
    if on.type == "cuda":
        return torch.bfloat16
    if asked == "bfloat16":
        if not packs:
            raise ModelError(
                "TEXT_DTYPE bfloat16 cannot be used: this processor does not pack such numbers; take float32 or auto."
            )
        return torch.bfloat16
    fast = any(capabilities.get(name) is True for name in ("avx512_bf16", "amx_bf16", "bf16"))
    return torch.bfloat16 if fast and packs else torch.float32
