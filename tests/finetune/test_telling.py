"""How far a training is, with a clock that is handed in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from finetune.telling import USUAL, Telling, eta_s

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_what_is_left_takes_its_usual_time_at_the_pace_so_far() -> None:
    assert eta_s("gates", 0.5, USUAL["gates"] / 2, 60.0) == pytest.approx(60.0)
    # half as fast as usual: so is what comes after
    half = USUAL["train"] / 2
    assert eta_s("train", 0.5, half, 2 * half) == pytest.approx(2 * half + 2 * USUAL["gates"])
    assert eta_s("samples", 0.0, 0.0, 5.0) is None


def test_a_phase_of_seconds_does_not_foretell_those_of_minutes(capsys: pytest.CaptureFixture[str]) -> None:
    """Pairs that were chosen in no time at all had the rest done "in about a minute", of which it took twenty."""
    samples_s = USUAL["samples"] * 1.5
    clock: Iterator[float] = iter([0.0, samples_s, samples_s, samples_s + 0.1, samples_s + 0.1])
    tell = Telling("json", lambda: next(clock))
    tell("samples", 0, 100)
    tell("samples", 100, 100)
    tell("pairs", 0, 1)
    tell("pairs", 1, 1)
    tell("train", 0, 20)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    left = 1.5 * (USUAL["train"] + USUAL["gates"])
    assert [line["eta_s"] for line in lines if line["phase"] != "samples"][1:] == pytest.approx(
        [left, left], rel=0.05
    )


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


def test_a_phase_whose_extent_is_known_later_counts_from_where_this_life_took_it_up(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock: Iterator[float] = iter([0.0, 10.0, 12.0])
    tell = Telling("json", lambda: next(clock))
    tell("gates", 0, 0)
    tell("gates", 72, 144)  # made by an earlier life
    tell("gates", 73, 144)
    first, second, third = (json.loads(line)["eta_s"] for line in capsys.readouterr().out.splitlines())
    assert first is second is None
    assert third == pytest.approx(71 * 12.0, rel=0.01)
