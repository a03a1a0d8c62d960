"""What `bench.forms` asks for, compares and keeps. Its figures are not tested."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bench.forms.briefs import CHINESE, ENGLISH, asked, listed
from bench.forms.judges import holds
from bench.forms.kept import Pieces, Rows
from bench.forms.making import Made, unheld
from bench.forms.scoring import geometric_mean, versus
from bench.picture.real import ROOT
from bench.report import RESULTS
from finetune.copies import LEAST, lines_copied, longest, training_texts
from finetune.variety import cut_alike, distinct2, repetitive, self_bleu
from generation.forms import FORMS
from generation.wire.jobs import Brief

if TYPE_CHECKING:
    from pathlib import Path


def test_every_form_has_briefs_and_they_come_in_turns_with_words_to_include_in_every_second() -> None:
    for name, forms in (ENGLISH | CHINESE).items():
        assert set(forms) <= set(FORMS)
        pieces = asked(name)
        assert len(pieces) == len({one.key for one in pieces}) == 100
        assert {bool(one.brief.must) for one in pieces if one.seed % 2} <= {True}
        assert not any(one.brief.must for one in pieces if one.seed == 0)
        assert all(len({one.brief.theme, *one.others}) == 3 for one in pieces)
    assert asked("haiku", 3) == asked("haiku", 3)
    assert len({one.id for one in listed()}) == 393


def test_the_longest_run_of_words_is_found_over_line_breaks() -> None:
    data = [("a", "And so the last train of the night went out."), ("b", "the last train of nothing")]
    found = longest(["There it was: the last\nTrain of the night, went home", "no such words in it"], data)
    assert (found[0].words, found[0].text, found[0].source) == (7, "the last train of the night went", "a")
    assert found[1].words == 0
    assert longest(["床前明月光疑是"], [("c", "床前明月光，疑是地上霜")])[0].words == 7


def test_lines_of_an_example_are_found_word_for_word() -> None:
    assert lines_copied("the gulls came to eat!\nand slept", ["The gulls came to eat,\nand tapped"]) == [
        "the gulls came to eat"
    ]


def test_the_training_data_can_be_read() -> None:
    name, text = next(training_texts())
    assert name
    assert len(text.split()) > LEAST


def test_words_to_include_are_whole_words_in_any_case() -> None:
    brief = Brief("haiku", "x", must=("Salt",))
    assert holds("the salt, again", brief)
    assert not holds("it was salty", brief)
    assert holds("月光", Brief("wujue", "x", must=("月",), language="zh"))


def test_pieces_that_go_round_in_circles_are_told() -> None:
    assert repetitive("I am here I am here I am here I am")
    assert repetitive("the sea is cold\nand I am not\nThe sea is cold.")
    assert not repetitive("frost on the railing\nthe first bus goes by empty")


def test_texts_alike_have_a_high_self_bleu_and_few_distinct_bigrams() -> None:
    same = ["the last train of the night"] * 3
    other = ["one two three four five", "six seven eight nine ten", "a b c d e f"]
    assert self_bleu(same) == pytest.approx(1.0)
    assert self_bleu(other) < 0.1
    assert distinct2(same) == pytest.approx(1 / 3)
    assert distinct2(other) == 1.0


def test_arms_are_compared_at_the_length_of_the_shorter() -> None:
    assert cut_alike(["a b c d"], ["x y"]) == (["a b"], ["x y"])
    row = {"id": "1", "seed": 0, "repetitive": False}
    ours = [{**row, "text": "a b c", "nats": [2.0, 2.0]}]
    theirs = [{**row, "text": "d e", "nats": [2.0, 1.0, 0.0]}]
    found = versus(ours, theirs)
    assert found["perplexity_ratio"] == pytest.approx(2.7183, rel=1e-3)  # 2 nats a token over 1
    assert found["perplexity_ratio_alike"] == pytest.approx(1.6487, rel=1e-3)  # over 1.5
    circles = [{**row, "text": "d e", "nats": [1.0], "repetitive": True}]
    assert versus(ours, circles)["perplexity_ratio"] is None
    assert geometric_mean([1.0, 4.0]) == pytest.approx(2.0)


def test_what_is_made_is_kept_and_a_half_written_line_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "pieces.jsonl"
    piece = Made("a line", 1.0, 0.5, 10, 20, None, {"form": {"kept": True}})
    Pieces(path).add("one", piece)
    with path.open("a") as opened:
        opened.write('{"key": "two", "val')
    again = Pieces(path)
    assert again.get("one") == piece
    assert again.get("two") is None
    Rows(path).add([("three", [1.5])])
    assert Rows(path).get("three") == [1.5]


def test_plain_samples_are_held_to_nothing_and_forms_are_whole_again_after() -> None:
    before = dict(FORMS)
    with unheld():
        assert not any(form.plan or form.structure for form in FORMS.values())
    assert before == FORMS


@pytest.mark.slow
def test_a_quick_bench_of_forms_counts_and_judges_and_writes_nothing() -> None:
    kept = [path for path in RESULTS.rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in kept}
    command = [sys.executable, "-m", "bench.forms", "--json", "--quick"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    result = json.loads(ran.stdout)
    names = {target["name"] for target in result["targets"]}
    assert {"haiku_kept", "brief_honoured", "haiku_median_s", "haiku_16_over_1"} <= names
    pieces = result["details"]["pieces"]["haiku"]
    assert {arm: len(rows) for arm, rows in pieces.items()} == {"plain": 1, "search": 1, "starter": 1}
    assert all(row["kept"] and row["nats"] for row in pieces["search"])
    assert {path: path.read_bytes() for path in kept} == before
