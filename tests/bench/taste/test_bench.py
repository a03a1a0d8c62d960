"""The bench as a command. Its figures are not tested."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.report import RESULTS
from bench.taste.__main__ import main

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_a_quick_bench_settles_its_targets_and_writes_nothing() -> None:
    before = {path: path.read_bytes() for path in RESULTS.glob("*.json")}
    command = [sys.executable, "-m", "bench.taste", "--json", "--quick"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    result = json.loads(ran.stdout)
    assert {target["name"] for target in result["targets"]} == {
        "rerank_passed", "brigade_shift_points", "false_collapse_share",
    }  # fmt: skip
    assert set(result["details"]["tastes"]) == {"short lines", "no first person", "sea", "concrete", "rhyme"}
    assert {path: path.read_bytes() for path in RESULTS.glob("*.json")} == before


def test_a_taste_that_is_none_is_told_in_a_sentence_before_any_model_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "argv", ["taste", "--taste", "salty"])
    with pytest.raises(SystemExit, match="salty is no taste"):
        main()
