"""A report says one thing in three ways: a verdict, a sentence, a picture."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from finetune import report_picture
from finetune.report import JSON, PNG, Gate, Point, Report, ReportError, Side, load, save

if TYPE_CHECKING:
    from pathlib import Path

KEPT = Gate("perplexity", 101.0, 100.0, 105.0, True, False, "Perplexity 101.0, before 100.0; at most 105.0.")
SHORTER = Gate("length", 12, 24, 18, False, True, "Its median piece is 50% shorter: 12 words, before 24.")
BROKEN = Gate("form", 0.5, 0.9, 0.87, False, False, "50.0% of its pieces keep their form, before 90.0%.")
REPORT = Report(
    "verse", "dpo", "a" * 64, "b" * 64, None, "c" * 64, "d" * 64, ("free verse",), 87, 198, 25, 50, 116, 15, (KEPT,),
    (Side("free verse", "a gate", "The gate\nis open", "Gate.\n\n春眠不觉晓"),), tuple(Point(n, 0.7 - n / 100) for n in range(15)),
    (Point(0, 0.7), Point(15, 0.6)), {"samples": 300.0, "train": 150.0}, 1.0,
)  # fmt: skip


def test_one_gate_that_cannot_be_waived_refuses_and_others_wait_for_a_moderator() -> None:
    assert (REPORT.verdict, REPORT.sentence) == ("passed", "It passed every gate.")
    waivable = replace(REPORT, gates=(KEPT, SHORTER))
    assert (waivable.verdict, waivable.to_waive) == ("waivable", ("length",))
    assert waivable.sentence == f"It may serve if a moderator lets it: {SHORTER.sentence}"
    refused = replace(REPORT, gates=(SHORTER, BROKEN))
    assert refused.verdict == "refused"
    assert BROKEN.sentence in refused.sentence
    assert replace(REPORT, refusal="Nothing was better.").sentence == "Nothing was better."


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = save(REPORT, tmp_path)
    assert file == tmp_path / JSON
    assert load(file) == REPORT
    told = json.loads(file.read_text())
    assert told["verdict"] == "passed"
    for strange in ("{}", "[", "[1]"):
        file.write_text(strange)
        with pytest.raises(ReportError, match="cannot be read"):
            load(file)


def test_the_picture_grows_with_what_is_to_be_told(tmp_path: Path) -> None:
    report_picture.save(REPORT, tmp_path / PNG)
    with Image.open(tmp_path / PNG) as small:
        assert small.size[0] == report_picture.WIDTH
        height = small.size[1]
    words = replace(REPORT, told=0.8, more=("night", "moon"), less=("you",))
    assert report_picture.draw(words).size[1] > height
    more = replace(REPORT, gates=(KEPT, SHORTER, BROKEN))
    assert report_picture.draw(more).size[1] > height
    assert (
        report_picture.draw(replace(REPORT, samples=REPORT.samples * 3)).size[1] == height
    )  # one of a theme
    themes = tuple(replace(REPORT.samples[0], theme=f"a gate {n}") for n in range(3))
    assert report_picture.draw(replace(REPORT, samples=themes)).size[1] > height
    nothing = replace(REPORT, gates=(), samples=(), losses=(), refusal="Nothing was better than what serves.")
    assert report_picture.draw(nothing).size[1] < height


def test_long_texts_of_either_script_stay_within_their_half() -> None:
    side = Side("free verse", "\x00\ufffd\u202e", "word " * 400 + "w" * 900, "永" * 900)
    assert report_picture.draw(replace(REPORT, samples=(side,))).size[1] < 2000
