"""The bench as it is called, on a small network that was never trained: its figures are not tested."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import torch

from bench.picture.real import ROOT
from bench.report import RESULTS
from generation.gan.generator import Shape
from generation.gan.vocabulary import Vocabulary
from generation.gan.weights import Painter, save_weights

if TYPE_CHECKING:
    from pathlib import Path

TARGETS = {
    "made": {
        "weights_mb", "fd_stickers", "fd_paintings", "r_seen", "r_paintings", "z_spread_ratio", "copies_share",
    },
    "speed": {"weights_mb", "picture_ms_1_thread", "grid_of_4_ms"},
}  # fmt: skip


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("weights")
    shape = Shape(text=32, z=16, layout=8, channels=(32, 16, 8, 8))
    training = {"images": 0, "images_per_s": 0.0}
    save_weights(folder, Painter(2, shape), Vocabulary(["fox", "red"]), training)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("part", ["made", "speed"])
def test_a_quick_picture_bench_settles_the_targets_of_its_part_and_writes_nothing(
    part: str, weights: Path
) -> None:
    kept = [path for path in RESULTS.rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in kept}
    command = [
        sys.executable,
        "-m",
        "bench.picture",
        "--json",
        "--quick",
        "--part",
        part,
        "--weights",
        str(weights),
    ]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    result = json.loads(ran.stdout)
    assert {target["name"] for target in result["targets"]} == TARGETS[part]
    assert result["details"]["training"] == {"images": 0, "images_per_s": 0.0}
    assert "sd-turbo" in result["details"]["peers"]
    assert result["details"][part]
    assert {path: path.read_bytes() for path in kept} == before
