"""Which layers, with which rank and scale; and that what passes cannot overflow."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from generation.adapters import AdapterError
from generation.adapters.lora_config import MAX_RANK, read
from generation.adapters.plan import MAX_SCALE, plan
from generation.adapters.tensor_file import MAX_ABS
from tests.generation.adapters.bent import BASE, CONFIG, DOWN, QUERY


def scales(**settings: Any) -> dict[str, float]:
    return {module: pair.scale for module, pair in plan(read({**CONFIG, **settings}), BASE).items()}


def test_scales_are_alpha_over_rank_or_over_its_root() -> None:
    assert scales() == {QUERY: 4 / 2, DOWN: 4 / 3}
    assert scales(use_rslora=True, r=4) == {QUERY: 4 / 2, DOWN: 4 / 3**0.5}
    assert scales(alpha_pattern={"mlp.down_proj": 6}) == {QUERY: 2.0, DOWN: 2.0}
    assert set(scales(target_modules="all-linear")) == set(BASE.modules)


@pytest.mark.parametrize(
    "settings",
    [
        {"r": 1, "lora_alpha": 65},
        {"r": 64, "lora_alpha": 513, "use_rslora": True},
        {"alpha_pattern": {DOWN: 200}},
    ],
)
def test_a_scale_above_64_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(AdapterError, match=r"make a scale of [\d.]+, above 64\.$"):
        scales(**settings)


@pytest.mark.parametrize(
    "settings",
    [{"r": 1, "lora_alpha": 64}, {"r": 64, "lora_alpha": 512, "use_rslora": True, "rank_pattern": {}}],
)
def test_a_scale_of_64_is_served(settings: dict[str, Any]) -> None:
    assert scales(**settings)[QUERY] == 64.0


def test_nothing_within_the_limits_overflows_a_network_of_70b() -> None:
    """The worst case by hand, every number at its limit and of the sign that hurts.

    A layer's input has been normed: its numbers' sum of squares is its width times the largest squared weight of the
    norm, so their sum is at most width times weight. The gated product of the MLP is the largest there is, for it
    multiplies two of an adapter's outputs, and its third layer takes their sum. Layers do not pile up: after one such
    sum the next norm's mean square is infinite, and what it lets through is nought.
    """
    width, inner, norm = 8192, 28672, 50.0  # Llama 70B; norms' weights, of which Gemma's are the largest
    pair = MAX_ABS * MAX_RANK * MAX_ABS * MAX_SCALE  # what a unit of input's sum becomes in each output
    gate = up = width * norm * pair
    down = inner * gate * up * pair
    assert down * 10 < torch.finfo(torch.bfloat16).max < torch.finfo(torch.float32).max
    # attention: a score, and a sum of values through the output layer
    query = key = value = width * norm * pair
    assert 128 * query * key * 1e3 < torch.finfo(torch.bfloat16).max
    assert width * value * pair * 1e3 < torch.finfo(torch.bfloat16).max
