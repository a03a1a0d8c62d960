"""In which numbers a training computes: bfloat16 where the processor has instructions for them.

Where it has none, a step in bfloat16 takes twelve times as long as one in float32 (AVX2, one thread beside other work: 1.1
against 13.5 pictures a second).
"""

from __future__ import annotations

import functools

import torch

from generation.lm.precision import dtype, packs_bfloat16


def autocast() -> torch.autocast:
    """What a network is run under; weights, optimisers and losses stay float32."""
    return torch.autocast("cpu", torch.bfloat16, enabled=_fast())


@functools.cache
def _fast() -> bool:
    known = torch.cpu.get_capabilities()
    return dtype(torch.device("cpu"), known, packs=packs_bfloat16()) == torch.bfloat16
