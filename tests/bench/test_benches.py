"""Benches print one object in the agreed form. Their figures are not tested: a bench is never a timed test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench.crowd import Fairness, FirstInFirstOut, Wisher, play
from bench.report import RESULTS, Target, quantile
from bench.waits import picture
from generation.queue import FairQueue

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
    found = sorted(RESULTS.rglob("*.json"))  # those of a part alone lie in a folder
    assert {"ack.json", "taste/rerank.json"} <= {path.relative_to(RESULTS).as_posix() for path in found}
    for path in found:
        result = json.loads(path.read_text())
        assert set(result) == {"bench", "commit", "machine", "targets", "details"}
        if path.parent == RESULTS:
            assert result["bench"] == path.stem
        else:  # a bench names its base where that is another
            assert result["bench"] in (path.parent.name, f"{path.parent.name}_gemma3")
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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("part", "target", "detail"),
    [
        ("flood", "service_gap_over_bound", "waits_s"),
        ("ops", "op_us_100k_over_1k", "op_us_rounds"),
        ("eta", "eta_median_abs_error", "eta_by_load"),
        ("engine", "eta_engine_abs_error", "eta_engine_told"),
    ],
)
def test_a_quick_queue_bench_settles_each_target_and_writes_nothing(
    part: str, target: str, detail: str
) -> None:
    kept = [*RESULTS.glob("*.json"), *(ROOT / "docs").glob("*.svg")]
    before = {path: path.read_bytes() for path in kept}
    command = [sys.executable, "-m", "bench.queue", "--json", "--quick", "--part", part]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    result = json.loads(ran.stdout)
    assert [found["name"] for found in result["targets"]] == [target]
    assert result["details"][detail]
    assert {path: path.read_bytes() for path in kept} == before


def test_a_piece_that_was_hidden_is_made_in_full_by_either_policy() -> None:
    """Each wish of the simulation starts once or is called off, and what was not called off started."""
    for policy in (FairQueue(), FirstInFirstOut()):
        wisher = Wisher(3)
        wishes = [*wisher.steadily("a", 3, 0.5, 60.0), *wisher.burst("b", 2, 60, 10.0, 1.0, weight=2.0)]
        played = play(policy, wishes, seed=3)
        assert len(policy) == 0
        for fate in played.fates:
            assert fate.started_at is not None or fate.wish.cancelled_at < played.took_s
            assert fate.wait_s is None or fate.wait_s >= 0
        started = sum(fate.wish.length for fate in played.fates if fate.started_at is not None)
        assert 0.9 * started <= played.tokens <= started


def test_the_largest_difference_is_over_times_in_which_both_wait() -> None:
    fairness = Fairness()
    one, other = (
        Wisher(1).wish(0.0, "a", "x").job,
        Wisher(1).wish(0.0, "b", "y", weight=2.0).job,
    )
    fairness.served(one, 1000.0)  # alone: nobody waits beside it
    fairness.look(["a"])
    fairness.look(["a", "b"])
    fairness.served(other, 60.0)
    fairness.look(["a", "b"])
    fairness.served(one, 20.0)
    fairness.look(["a", "b"])
    assert fairness.largest == 30.0


def test_the_picture_has_each_guild_and_both_policies() -> None:
    drawn = picture(
        "Waits",
        "note",
        {"a & b": {"ours": (0.0, 3.0), "first in": (60.0, 4000.0)}, "c": {"ours": (1.0, 2.0)}},
    )
    root = ET.fromstring(drawn)
    texts = {found.text for found in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"Waits", "note", "a & b", "c", "ours", "first in", "1 h"} <= texts
    assert len(list(root.iter("{http://www.w3.org/2000/svg}circle"))) == 2 + 3


@pytest.mark.slow
def test_a_quick_cluster_bench_carries_every_job_and_writes_nothing() -> None:
    before = {path: path.read_bytes() for path in RESULTS.glob("*.json")}
    command = [sys.executable, "-m", "bench.cluster", "--json", "--quick"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    (carried,) = json.loads(ran.stdout)["details"]["carry"]
    assert carried["replicas"] == 1
    assert carried["jobs_per_s"] > 0
    assert {path: path.read_bytes() for path in RESULTS.glob("*.json")} == before
