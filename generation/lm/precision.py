"""Which numbers this processor computes with: bfloat16 where it has instructions for them, else float32.

Decided by what the processor has, not by a stopwatch, so that the same machine gives the same text for a seed.
Without such instructions bfloat16 is half as fast as float32 (measured, AVX512 without BF16: 47 against 85 tokens/s).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Mapping


def device() -> torch.device:
    """The first CUDA device, else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def dtype(on: torch.device, capabilities: Mapping[str, object]) -> torch.dtype:
    """What to compute with `on` a device; `capabilities` as `torch.cpu.get_capabilities()` gives them."""
    if on.type == "cuda":
        return torch.bfloat16
    fast = any(capabilities.get(name) is True for name in ("avx512_bf16", "amx_bf16", "bf16"))
    return torch.bfloat16 if fast else torch.float32
