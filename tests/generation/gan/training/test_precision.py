"""In which numbers a network computes while it is trained."""

from __future__ import annotations

import os
import subprocess
import sys

import torch
from torch.nn import functional

from generation.gan.training.precision import autocast
from generation.lm.precision import dtype, packs_bfloat16

CONVOLVE = """
import torch
from torch.nn import functional
from generation.gan.training.precision import autocast
with autocast():
    print(functional.conv2d(torch.zeros(1, 8, 4, 4), torch.zeros(8, 8, 3, 3)).dtype)
"""


def test_a_processor_without_bfloat16_trains_in_float32() -> None:
    held = os.environ | {"ONEDNN_MAX_CPU_ISA": "AVX2"}
    ran = subprocess.run(
        [sys.executable, "-c", CONVOLVE], env=held, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "torch.float32\n"


def test_one_that_has_it_trains_in_it_as_it_writes_in_it() -> None:
    expected = dtype(torch.device("cpu"), torch.cpu.get_capabilities(), packs=packs_bfloat16())
    with autocast():
        assert functional.conv2d(torch.zeros(1, 8, 4, 4), torch.zeros(8, 8, 3, 3)).dtype == expected
