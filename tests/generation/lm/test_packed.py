"""Packed products are the plain ones, and in float32 nearer to the exact sum than one long chain."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from generation.lm import packed
from generation.lm.packed import Matrix
from generation.lm.precision import packs_bfloat16

# where bfloat16 cannot be packed nothing is computed in it: tests/generation/lm/test_precision.py
NUMBERS = [torch.float32, torch.bfloat16] if packs_bfloat16() else [torch.float32]


@pytest.mark.parametrize("wide", [7, 256, 257, 1000, 2048])
@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("dtype", NUMBERS)
@torch.inference_mode()
def test_a_product_is_the_plain_one(wide: int, biased: bool, dtype: torch.dtype) -> None:
    torch.manual_seed(wide)
    weight, x = (torch.randn(rows, wide).to(dtype) * wide**-0.5 for rows in (33, 5))
    bias = torch.randn(33).to(dtype) if biased else None
    plus = torch.randn(5, 33).to(dtype)
    matrix, near = Matrix(weight, bias), 1e-5 if dtype == torch.float32 else 0.05
    expected = functional.linear(x, weight, bias)
    torch.testing.assert_close(matrix(x), expected, rtol=near, atol=near)
    torch.testing.assert_close(matrix(x, plus.clone()), expected + plus, rtol=near, atol=near)


@torch.inference_mode()
def test_a_long_sum_of_float32_rounds_less_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(1)
    weight, x = torch.randn(640, 2048) * 2048**-0.5, torch.randn(4, 2048)
    exact = x.double() @ weight.double().T
    in_parts = (Matrix(weight)(x) - exact).abs().mean()
    monkeypatch.setattr(packed, "CHAIN", 2048)
    in_one = (Matrix(weight)(x) - exact).abs().mean()
    assert in_parts < 4e-7
    assert in_parts <= in_one
