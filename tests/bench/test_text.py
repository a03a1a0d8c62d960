"""What bench.text asks of every engine, and what it makes of the answers. Its figures are not tested."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers

from bench import text
from bench.peers.adapters import _interleaved
from bench.peers.process import ROOT
from bench.peers.protocol import Ran
from bench.report import RESULTS


@pytest.fixture
def tokenizer() -> Tokenizer:
    made = Tokenizer(
        models.WordLevel({word: n for n, word in enumerate(sorted(set(text.WORDS)))}, unk_token="a")
    )
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return made


def test_lengths_stay_and_words_change_from_round_to_round(tokenizer: Tokenizer) -> None:
    scenario = text.Scenario(16, 4, (text.OURS,))
    first, second = (text.requests(scenario, n, tokenizer, text.OUTPUT) for n in (0, 1))
    assert [(len(r.prompt), r.tokens, r.adapter) for r in first] == [
        (len(r.prompt), r.tokens, r.adapter) for r in second
    ]
    assert [r.prompt for r in first] != [r.prompt for r in second]
    assert {r.adapter for r in first} == {0, 1, 2, 3}
    assert all(20 <= len(r.prompt) <= 80 and 32 <= r.tokens <= 96 for r in first)
    assert first == text.requests(scenario, 0, tokenizer, text.OUTPUT)


def test_a_ratio_is_the_median_of_the_ratios_within_a_round() -> None:
    measured, scenario = text.Measured(), text.Scenario(16, 16, (text.OURS, "vllm"))
    for ours, theirs in ((1.0, 2.0), (10.0, 40.0), (2.0, 6.0)):  # seconds for the same hundred tokens
        measured.add(scenario, text.OURS, Ran(ours, ours, [[1] * 100]))
        measured.add(scenario, "vllm", Ran(theirs, theirs, [[1] * 100]))
    assert measured.ratio(("16x16", text.OURS), ("16x16", "vllm")) == pytest.approx(3.0, rel=1e-3)
    assert measured.ratio(("16x16", text.OURS), ("16x16", "llamacpp")) is None
    assert [target.name for target in text.targets(measured, 1e9, 1)] == ["vs_vllm_lora_16x16"]


def test_the_roofline_is_the_weights_at_the_bandwidth_over_the_time_a_token() -> None:
    measured = text.Measured()
    measured.add(
        text.Scenario(1, 0, (text.OURS,)), text.OURS, Ran(1.1, 1.1, [[1] * 11], prefill_s=0.1)
    )  # 100 ms a token
    (target,) = text.targets(measured, bandwidth=10e9, weights_size=500_000_000)  # 50 ms
    assert target.name == "roofline_single"
    assert target.value == pytest.approx(0.5)


def test_rotary_halves_are_interleaved_within_a_head() -> None:
    rows = torch.arange(8).reshape(8, 1)  # two heads of four
    assert _interleaved(rows, 2).flatten().tolist() == [0, 2, 1, 3, 4, 6, 5, 7]


@pytest.mark.slow
def test_a_quick_text_bench_runs_ours_beside_peft_and_writes_nothing() -> None:
    kept = RESULTS / "text.json"
    before = kept.read_bytes() if kept.exists() else None
    command = [sys.executable, "-m", "bench.text", "--json", "--quick"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    details = json.loads(ran.stdout)["details"]
    assert {name: set(speeds) for name, speeds in details["tokens_per_s"].items()} == {
        "1x0": {"renga", "peft_sequential"},
        "4x4": {"renga", "peft_sequential"},
    }
    assert all(text for by_peer in details["texts"].values() for texts in by_peer.values() for text in texts)
    assert (kept.read_bytes() if kept.exists() else None) == before
