"""The head that comes with Renga: of what readers preferred, which is in the repo and about nothing that a bench asks for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest
import torch

from bench.forms.briefs import listed
from finetune.readers import (
    BLOCKS,
    DATA,
    MARKED,
    MARKS,
    RANKINGS,
    Judged,
    digest,
    learnt,
    marked,
    ranked,
)
from generation.starters import readers

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from generation.taste.reader import Reader

torch.set_num_threads(1)


class Knows:
    """Every block of a text is its length and chance."""

    def __init__(self) -> None:
        self._generator = torch.Generator().manual_seed(3)

    def __call__(self, texts: Sequence[str], blocks: Collection[str]) -> dict[str, torch.Tensor]:
        lengths = torch.tensor([[len(text) / 20] for text in texts])
        return {
            block: torch.cat([lengths, torch.randn(len(texts), 11, generator=self._generator)], 1)
            for block in blocks
        }


def rows(name: str) -> list[dict[str, list[str]]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def test_marks_are_whole_numbers_of_different_pieces() -> None:
    found = rows(MARKS)
    assert all(mark in range(5) for row in found for mark in row["marks"])
    assert len({(row["form"], row["theme"], row["text"]) for row in found}) == len(found) >= 1000  # type: ignore[arg-type]


def test_every_reader_put_all_different_pieces_of_a_request_in_an_order() -> None:
    assert len(ranked(DATA / RANKINGS)) >= 500
    for row in rows(RANKINGS):
        assert len(set(row["texts"])) == len(row["texts"]) >= 4
        assert len(row["orders"]) == len(row["smiles"])
        assert all(cast("int", smiles) in range(len(row["texts"]) + 1) for smiles in row["smiles"])


@pytest.mark.parametrize("name", [MARKS, RANKINGS])
def test_nothing_is_about_a_theme_that_a_bench_asks_for(name: str) -> None:
    held_out = {(one.form, (one.given or one.theme).lower()) for one in listed()}
    assert (
        not {(cast("str", row["form"]), cast("str", row["theme"]).lower()) for row in rows(name)} & held_out
    )


def test_a_mark_is_the_mean_of_what_readers_gave_beside_those_for_the_same_request(tmp_path: Path) -> None:
    path = tmp_path / MARKS
    told = [("rain", "a\nb\nc", [1, 4]), ("snow", "d", [0]), ("rain", "e", [3])]
    path.write_text(
        "".join(
            json.dumps({"form": "haiku", "theme": theme, "must": [], "text": text, "marks": marks}) + "\n"
            for theme, text, marks in told
        )
    )
    assert marked(path) == [
        Judged("haiku", "rain", ("a\nb\nc", "e"), (2.5, 3.0), MARKED),
        Judged("haiku", "snow", ("d",), (0.0,), MARKED),
    ]


def test_a_place_is_the_mean_of_those_that_readers_gave_from_below(tmp_path: Path) -> None:
    path = tmp_path / RANKINGS
    row = {"form": "haiku", "theme": "rain", "must": [], "texts": ["a", "b", "c"], "orders": ["CAB", "ACB"]}
    path.write_text(json.dumps(row) + "\n")
    assert ranked(path) == [Judged("haiku", "rain", ("a", "b", "c"), (1.5, 0.0, 1.5))]
    path.write_text(json.dumps(row | {"orders": ["CAB", "AAB"]}) + "\n")
    with pytest.raises(ValueError, match="no order of 3 pieces"):
        ranked(path)


def test_what_readers_prefer_is_learnt_the_same_each_time() -> None:
    judged = [
        Judged("haiku", f"theme {n}", tuple(f"{n:02}" + "x" * at for at in (3, 30, 12)), (0.0, 2.0, 1.0))
        for n in range(40)
    ]
    texts = [text for one in judged for text in one.texts]
    found = learnt(judged, cast("Reader", Knows()), "ab" * 32, 1)
    assert found.agrees > 0.9
    assert found.head.blocks == BLOCKS
    scores = found.head.score(Knows()(texts, BLOCKS))
    assert scores.std() == pytest.approx(1.0, abs=1e-3)
    assert scores.mean() == pytest.approx(0.0, abs=1e-3)
    assert scores[1] > scores[2] > scores[0]
    again = learnt(judged, cast("Reader", Knows()), "ab" * 32, 1)
    assert torch.equal(found.head.weights[BLOCKS[0]], again.head.weights[BLOCKS[0]])


def test_where_all_are_alike_nothing_is_learnt() -> None:
    with pytest.raises(ValueError, match="nothing was preferred"):
        learnt([Judged("haiku", "rain", ("a", "b"), (1.0, 1.0))], cast("Reader", Knows()), "ab" * 32, 1)


def test_the_head_that_is_there_was_made_of_what_readers_said_that_is_there() -> None:
    (one,) = (found for found in readers() if found.name == "smollm2-verse")
    told = json.loads((one.root / one.digest / "manifest.json").read_text(encoding="utf-8"))
    assert told["made_of"] == digest(DATA)
    assert set(one.serves) < {row.form for row in [*ranked(DATA / RANKINGS), *marked(DATA / MARKS)]}
    assert told["agrees"] > 0.62
