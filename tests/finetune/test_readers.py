"""The head that comes with Renga: of the marks that are in the repo, which are about nothing that a bench asks for."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
import torch

from bench.forms.briefs import listed
from finetune.features import Features
from finetune.readers import BLOCKS, LIKED, MARKS, Mark, learnt, read
from generation.starters import readers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

torch.set_num_threads(1)


class Knows(Features):
    """Every block of a text is its length and chance."""

    def __init__(self) -> None:
        self._generator = torch.Generator().manual_seed(3)

    def of(self, texts: Sequence[str]) -> dict[str, torch.Tensor]:
        chance = torch.randn(len(texts), 11, generator=self._generator)
        return {BLOCKS[0]: torch.cat([torch.tensor([[len(text) / 20] for text in texts]), chance], 1)}


def test_marks_are_whole_numbers_of_different_pieces_and_of_no_theme_that_is_held_out() -> None:
    rows = [json.loads(line) for line in MARKS.read_text(encoding="utf-8").splitlines()]
    assert all(mark in range(len(LIKED)) for row in rows for mark in row["marks"])
    assert len({(row["form"], row["theme"], row["text"]) for row in rows}) == len(rows) >= 1000
    held_out = {(one.form, (one.given or one.theme).lower()) for one in listed()}
    assert not {(row["form"], row["theme"].lower()) for row in rows} & held_out


def test_a_mark_is_the_mean_of_what_readers_gave(tmp_path: Path) -> None:
    path = tmp_path / "marks.jsonl"
    path.write_text(
        json.dumps({"form": "haiku", "theme": "rain", "must": [], "text": "a\nb\nc", "marks": [1, 4]}) + "\n"
    )
    assert read(path) == [Mark("haiku", "rain", "a\nb\nc", 2.5)]


def test_what_readers_like_is_learnt_the_same_each_time() -> None:
    marks = [Mark("haiku", f"theme {n % 15}", "x" * (n % 40), float(min(4, n % 40 // 8))) for n in range(160)]
    found = learnt(marks, Knows(), "ab" * 32, 1)
    assert found.auc > 0.9
    assert found.head.score(Knows().of([one.text for one in marks])).std() == pytest.approx(1.0, abs=1e-3)
    assert found.head.blocks == BLOCKS
    again = learnt(marks, Knows(), "ab" * 32, 1)
    assert torch.equal(found.head.weights[BLOCKS[0]], again.head.weights[BLOCKS[0]])


def test_the_head_that_is_there_was_made_of_the_marks_that_are_there() -> None:

    (one,) = readers()
    told = json.loads((one.root / one.digest / "manifest.json").read_text(encoding="utf-8"))
    assert told["marks"] == hashlib.sha256(MARKS.read_bytes()).hexdigest()
    assert set(one.serves) == {row.form for row in read(MARKS)}
    assert told["auc"] > 0.58
