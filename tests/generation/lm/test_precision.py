"""Which numbers, on which processor."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch
from torch import nn

from generation.lm.packed import PackedLinear, pack
from generation.lm.precision import dtype, halves
from generation.lm.weights import ModelError

if TYPE_CHECKING:
    from generation.lm.precision import Asked

CPU = torch.device("cpu")
ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ({"avx512_f": True, "avx512_bf16": True, "amx_bf16": False}, torch.bfloat16),
        ({"avx512_f": True, "avx512_bf16": False, "amx_bf16": True}, torch.bfloat16),
        ({"bf16": True}, torch.bfloat16),
        ({"avx512_f": True, "avx512_bf16": False, "amx_bf16": False}, torch.float32),
        ({"avx2": True}, torch.float32),
        ({}, torch.float32),
    ],
)
def test_bfloat16_is_for_processors_that_compute_with_it(
    capabilities: dict[str, object], expected: torch.dtype
) -> None:
    assert dtype(CPU, capabilities, packs=True) == expected
    assert dtype(CPU, capabilities, packs=False) == torch.float32


@pytest.mark.parametrize("fast", [True, False])
def test_what_the_operator_asks_for_overrules_the_processor(fast: bool) -> None:
    capabilities: dict[str, object] = {"avx512_bf16": fast}
    assert dtype(CPU, capabilities, packs=True, asked="float32") == torch.float32
    assert dtype(CPU, capabilities, packs=True, asked="bfloat16") == torch.bfloat16


@pytest.mark.parametrize(("numbers", "multiplies", "wanted", "found"), [
    (torch.float32, True, "auto", True), (torch.float32, False, "auto", False), (torch.float32, True, "float32", False),
    (torch.bfloat16, True, "auto", False), (torch.bfloat16, True, "bfloat16", False),
])  # fmt: skip
def test_weights_are_halves_where_nothing_faster_is_and_nobody_asked_for_float32(
    numbers: torch.dtype, multiplies: bool, wanted: Asked, found: bool
) -> None:
    assert halves(torch.device("cpu"), numbers, multiplies=multiplies, asked=wanted) is found
    assert not halves(torch.device("cuda"), numbers, multiplies=multiplies, asked=wanted)


def test_bfloat16_that_cannot_be_packed_is_refused_in_one_sentence() -> None:
    with pytest.raises(ModelError, match="TEXT_DTYPE bfloat16 cannot be used"):
        dtype(CPU, {}, packs=False, asked="bfloat16")


def test_a_cuda_device_computes_in_bfloat16_unless_told_otherwise() -> None:
    assert dtype(torch.device("cuda"), {}, packs=False) == torch.bfloat16
    assert dtype(torch.device("cuda"), {}, packs=False, asked="float32") == torch.float32


PROBE = """
import json, torch
from generation.lm.packed import Matrix
from generation.lm.precision import dtype, packs_bfloat16
packs = packs_bfloat16()
# as if this were a processor with the instructions, whatever runs the test: oneDNN alone is held back
chosen = dtype(torch.device("cpu"), {"avx512_bf16": True}, packs=packs)
weight, x = torch.randn(32, 48), torch.randn(3, 48)
made = Matrix(weight.to(chosen))(x.to(chosen)).float()
print(json.dumps([packs, str(chosen), (made - x @ weight.T).abs().max().item()]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("instructions", ["AVX512_CORE_BF16", "AVX512_CORE", "AVX2"])
def test_what_is_chosen_can_be_computed_whatever_onednn_is_held_to(instructions: str) -> None:
    """Held to AVX2, packing bfloat16 raises; held to AVX512, it works with or without instructions of its own."""
    found = subprocess.run(
        [sys.executable, "-c", PROBE], env={**os.environ, "ONEDNN_MAX_CPU_ISA": instructions},
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    packs, chosen, off = json.loads(found.stdout)
    assert chosen == ("torch.bfloat16" if packs else "torch.float32")
    if instructions == "AVX2":
        assert not packs
    assert off < (0.2 if packs else 1e-4)


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
