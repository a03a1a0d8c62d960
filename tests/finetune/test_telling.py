"""How far a training is, with a clock that is handed in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from finetune.telling import USUAL, Telling, eta_s

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_what_is_left_is_the_rest_of_this_phase_and_the_others_at_its_pace() -> None:
    assert eta_s("gates", 0.5, 60.0) == pytest.approx(60.0)
    # half as fast as usual: so is what comes after
    slow = USUAL["train"]
    assert eta_s("train", 0.5, slow) == pytest.approx(slow + 2 * USUAL["gates"])
    assert eta_s("samples", 0.0, 5.0) is None


def test_lines_are_json_a_second_apart_and_the_last_of_a_phase_is_always_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock: Iterator[float] = iter([0.0, 0.1, 5.0, 5.1, 5.2])
    tell = Telling("json", lambda: next(clock))
    tell("samples", 0, 10)
    tell("samples", 1, 10)  # too soon
    tell("samples", 5, 10)
    tell("samples", 10, 10)
    tell("train", 1, 15, 0.69314)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["phase"], line["step"], line["of"], line["loss"]) for line in lines] == [
        ("samples", 0, 10, None), ("samples", 5, 10, None), ("samples", 10, 10, None), ("train", 1, 15, 0.6931),
    ]  # fmt: skip
    assert lines[0]["eta_s"] is None
    assert lines[1]["eta_s"] > 5


def test_a_bar_leaves_standard_output_alone(capsys: pytest.CaptureFixture[str]) -> None:
    tell = Telling("bar")
    tell("samples", 3, 10)
    tell("train", 1, 15, 0.69)
    tell.close()
    assert capsys.readouterr().out == ""
