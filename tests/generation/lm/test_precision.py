"""Which numbers, on which processor."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from generation.lm.packed import PackedLinear, pack
from generation.lm.precision import dtype

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ({"avx512_f": True, "avx512_bf16": True, "amx_bf16": False}, torch.bfloat16),
        ({"avx512_f": True, "avx512_bf16": False, "amx_bf16": True}, torch.bfloat16),
        ({"avx512_f": True, "avx512_bf16": False, "amx_bf16": False}, torch.float32),
        ({"avx2": True}, torch.float32),
        ({}, torch.float32),
    ],
)
def test_bfloat16_is_for_processors_that_compute_with_it(
    capabilities: dict[str, object], expected: torch.dtype
) -> None:
    assert dtype(CPU, capabilities) == expected


def test_a_cuda_device_computes_in_bfloat16() -> None:
    assert dtype(torch.device("cuda"), {}) == torch.bfloat16


@pytest.mark.parametrize("bias", [True, False])
def test_a_packed_layer_gives_the_same_sums(bias: bool) -> None:
    layer = nn.Linear(48, 32, bias=bias)
    x = torch.randn(2, 5, 48)
    with torch.inference_mode():
        assert torch.allclose(PackedLinear(layer)(x), layer(x), atol=1e-5)


def test_every_linear_layer_is_packed_however_deep() -> None:
    network = nn.Sequential(nn.Linear(8, 8), nn.Sequential(nn.ReLU(), nn.Linear(8, 4)), nn.Embedding(3, 8))
    x = torch.randn(1, 8)
    with torch.inference_mode():
        before = network[:2](x)
        pack(network)
        assert torch.allclose(network[:2](x), before, atol=1e-5)
    assert not [module for module in network.modules() if isinstance(module, nn.Linear)]
