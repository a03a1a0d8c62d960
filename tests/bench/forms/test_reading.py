"""The blind reading: nothing that a reader sees tells which is ours, and answers come to shares."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bench.forms.pairs import Preferred, marked, paired
from bench.forms.reading import make, mark

if TYPE_CHECKING:
    from pathlib import Path


def rows(arm: str, count: int) -> list[dict[str, object]]:
    return [
        {"id": f"brief{n}", "seed": 0, "typed": f"haiku about {n}", "text": f"{arm} {n}"}
        for n in range(count)
    ]


def result(path: Path, count: int = 60) -> Path:
    arms = {"starter": rows("made", count), "search": rows("written", count)}
    told = {"version": "v", "pieces": {"haiku": arms, "limerick": arms}}
    path.write_text(json.dumps({"commit": "abc", "details": told}))
    return path


def test_sides_are_drawn_by_the_seed_and_both_are_ours_about_as_often() -> None:
    forms = {"haiku": (rows("made", 200), rows("written", 200))}
    pairs, hidden = paired(forms, 3, 200)
    for pair, one in zip(pairs, hidden, strict=True):
        assert (pair.a if one.ours == "A" else pair.b).startswith("made")
    assert 70 < sum(one.ours == "A" for one in hidden) < 130
    assert paired(forms, 3, 200) == (pairs, hidden)
    assert paired(forms, 4, 200) != (pairs, hidden)


def test_equal_texts_are_no_pair() -> None:
    with pytest.raises(ValueError, match="There are 0 pairs of haiku, and 1 are wanted"):
        paired({"haiku": (rows("made", 5), rows("made", 5))}, 1, 1)


def test_a_reader_sees_no_label_and_a_reading_is_never_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "reading"
    assert make(folder, result(tmp_path / "forms.json"), ("haiku", "limerick"), 1) == 100
    shown = "".join(path.read_text() for path in sorted((folder / "reader").iterdir()))
    assert "starter" not in shown
    assert "search" not in shown
    assert "ours" not in shown
    with pytest.raises(FileExistsError):
        make(folder, tmp_path / "forms.json", ("haiku",), 1)


def test_answers_come_to_the_share_that_preferred_ours(tmp_path: Path) -> None:
    folder = tmp_path / "reading"
    make(folder, result(tmp_path / "forms.json"), ("haiku", "limerick"), 1)
    hidden = [json.loads(line) for line in (folder / "answers.jsonl").read_text().splitlines()]
    given = tmp_path / "given.jsonl"
    answers = [
        {"number": one["number"], "better": one["ours"] if one["form"] == "haiku" else "="} for one in hidden
    ]
    given.write_text("".join(json.dumps(one) + "\n" for one in answers))
    found = mark(folder, given)
    assert found["haiku"] == Preferred(50, 0, 50)
    assert found["limerick"].share == 0.5
    assert found["all"].share == 0.75
    low, high = found["all"].interval
    assert 0.65 < low < 0.75 < high < 0.84


def test_an_answer_that_cannot_be_is_refused() -> None:
    _, hidden = paired({"haiku": (rows("made", 2), rows("written", 2))}, 1, 2)
    for given, said in (
        ({1: "A", 2: "C"}, "no answer to pair 2"),
        ({1: "A", 9: "B"}, "no pair 9"),
        ({1: "A"}, "Pair 2 has no"),
    ):
        with pytest.raises(ValueError, match=said):
            marked(hidden, given)
