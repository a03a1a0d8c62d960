"""Weights as integers of six bits, a byte each, with a scale for each row: half the bytes of float16, a third where files are packed.

Symmetric, by the largest of a row (Jacob 2018, arXiv:1712.05877, with a zero point of none; a row is an output channel, or
a word of the vocabulary). Distances of a painter from eight bits 190.4 and 224.9, from six 190.5 and 224.3; 6.3 MB and 4.8 MB of a
repository. Of an earlier one from float16 251.0 and 295.4, from eight 251.0 and 294.8, from six 252.9 and 304.3. Only files are so:
what is loaded is float32, and whoever reads a file need not know how many bits there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

SCALE = ".scale"
MOST = 31


def quantised(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What has rows as int8 and their scales, (rows,) of float16, under its name and `SCALE`; vectors as float16."""
    stored = {}
    for name, value in state.items():
        if value.ndim < 2:
            stored[name] = value.half().contiguous()
            continue
        rows = value.detach().float().flatten(1)
        scale = (rows.abs().amax(1) / MOST).half()
        steps = rows / scale.float().clamp_min(torch.finfo(torch.float32).tiny)[:, None]
        stored[name] = steps.round().clamp(-MOST, MOST).to(torch.int8).view(value.shape).contiguous()
        stored[name + SCALE] = scale
    return stored


def names(shapes: Mapping[str, torch.Size]) -> dict[str, torch.Size]:
    """What `quantised` stores of tensors of these shapes."""
    scales = {name + SCALE: torch.Size(shape[:1]) for name, shape in shapes.items() if len(shape) >= 2}
    return {**shapes, **scales}


def well_typed(stored: Mapping[str, Tensor]) -> bool:
    """Whether tensors of the right names and shapes hold numbers as `quantised` stores them, all of them finite."""
    return all(
        value.dtype == torch.int8
        if name + SCALE in stored
        else value.dtype == torch.float16 and bool(value.isfinite().all())
        for name, value in stored.items()
    )


def restored(stored: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What `quantised` was given, as float32 and within half a step."""
    state = {}
    for name, value in stored.items():
        if name + SCALE in stored:
            scale = stored[name + SCALE].float()
            state[name] = value.float() * scale.view(-1, *[1] * (value.ndim - 1))
        elif not name.endswith(SCALE):
            state[name] = value.float()
    return state
