"""Packed products are the plain ones, and in float32 nearer to the exact sum than one long chain."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from generation.lm import packed
from generation.lm.packed import Matrix
from generation.lm.precision import multiplies_float16, packs_bfloat16

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


@pytest.mark.parametrize("wide", [256, 257, 1000, 2048])
@pytest.mark.parametrize("biased", [False, True])
@torch.inference_mode()
def test_a_product_with_halves_rounds_the_weight_and_nothing_else(wide: int, biased: bool) -> None:
    if not multiplies_float16():
        return  # nothing is kept in float16 here: tests/generation/lm/test_precision.py
    torch.manual_seed(wide)
    weight, x = torch.randn(33, wide) * wide**-0.5, torch.randn(5, wide)
    bias, plus = torch.randn(33) if biased else None, torch.randn(5, 33)
    matrix = Matrix(weight, bias, halves=True)
    expected = functional.linear(x, weight.half().float(), bias)
    torch.testing.assert_close(matrix(x), expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(matrix(x, plus.clone()), expected + plus, rtol=1e-5, atol=1e-5)
    assert not torch.allclose(matrix(x), functional.linear(x, weight, bias), rtol=1e-6, atol=1e-6)


@torch.inference_mode()
def test_what_would_mostly_be_padding_is_not_kept_in_float16() -> None:
    torch.manual_seed(1)
    weight, x = torch.randn(33, 32), torch.randn(5, 32)
    matrix = Matrix(weight, halves=True)
    assert matrix._halves is None
    torch.testing.assert_close(matrix(x), functional.linear(x, weight), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("number", [70_000.0, float("inf"), float("nan")])
@torch.inference_mode()
def test_a_weight_beyond_float16_is_multiplied_by_as_it_is(number: float) -> None:
    weight, x = torch.ones(3, 256), torch.ones(2, 256)
    weight[1, 2] = number
    found = Matrix(weight, halves=True)(x)
    torch.testing.assert_close(found, functional.linear(x, weight), equal_nan=True)


@pytest.mark.parametrize("dtype", NUMBERS)
@torch.inference_mode()
def test_a_matrix_plus_a_change_is_another_and_the_first_stays(dtype: torch.dtype) -> None:
    torch.manual_seed(1)
    weight, x, change = torch.randn(33, 600) * 0.04, torch.randn(5, 600), torch.randn(33, 600) * 0.01
    bias = torch.randn(33).to(dtype)
    first = Matrix(weight.to(dtype), bias)
    before = first(x.to(dtype))
    changed = first.plus(change)(x.to(dtype)).float()
    expected = functional.linear(x, weight + change, bias.float())
    near = 0.1 if dtype == torch.bfloat16 else 1e-5
    torch.testing.assert_close(changed, expected, rtol=near, atol=near)
    assert torch.equal(first(x.to(dtype)), before)


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
