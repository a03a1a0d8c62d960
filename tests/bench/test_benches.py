"""Benches print one object in the agreed form. Their figures are not tested: a bench is never a timed test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.report import RESULTS, Target, quantile

ROOT = Path(__file__).resolve().parent.parent.parent


def test_a_target_is_met_on_its_own_side_of_the_goal() -> None:
    assert Target("a", 250, "<=", 250).met
    assert not Target("a", 250.1, "<=", 250).met
    assert Target("a", 0.6, ">=", 0.6).met


def test_quantiles_are_by_nearest_rank() -> None:
    values = [float(n) for n in range(1, 1001)]
    assert quantile(values, 0.999) == 1000
    assert quantile(values, 0.5) == 501
    assert quantile([], 0.5) == 0


def test_committed_results_have_the_agreed_form() -> None:
    found = sorted(RESULTS.glob("*.json"))
    assert "ack" in {path.stem for path in found}
    for path in found:
        result = json.loads(path.read_text())
        assert set(result) == {"bench", "commit", "machine", "targets", "details"}
        assert result["bench"] == path.stem
        for target in result["targets"]:
            assert target["met"] == Target(target["name"], target["value"], target["op"], target["goal"]).met


@pytest.mark.slow
def test_a_quick_ack_bench_answers_everybody_and_writes_nothing() -> None:
    before = {path: path.read_bytes() for path in RESULTS.glob("*.json")}
    command = [sys.executable, "-m", "bench.ack", "--json", "--quick", "--part", "burst"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    result = json.loads(ran.stdout)
    assert {target["name"] for target in result["targets"]} == {"first_response_p99_ms", "loop_stall_p999_ms"}
    assert result["details"]["unanswered"] == result["details"]["refused"] == 0
    assert result["details"]["rows_committed"] == len(result["details"]["waits_ms"]) == 40
    assert {path: path.read_bytes() for path in RESULTS.glob("*.json")} == before
