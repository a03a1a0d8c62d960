"""Pieces are judged by what the reader of heads says of them, whoever computes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import torch

from generation.forms import FORMS
from generation.lm.architecture import architecture_of
from generation.lm.decoder import Decoder
from generation.lm.search import judging as module
from generation.lm.search.judging import Judging, shipped
from generation.starters import Starter, readers
from generation.taste.reader import Reader, opens

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from generation.lm.load import LoadedModel

TEXTS = ["the old dog dreams on\nof a road that goes nowhere\nand wakes in the rain", "rain on the roof", ""]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["haiku", "quatrain"])  # each has a head of its own
@torch.inference_mode()
def test_a_piece_scores_as_it_would_by_the_reader_of_heads(form: str, model: LoadedModel) -> None:
    heads = shipped(model.base.digest, model.network.config.hidden_size)
    assert set(heads) <= set(FORMS)
    head = heads[form]
    decoder = Decoder(
        architecture_of(model.network), rows=2, context=64, dtype=model.dtype, device=model.device
    )
    read = []

    def states(ids: Sequence[Sequence[int]], layers: int) -> list[torch.Tensor]:
        read.append(layers)
        return decoder.states(ids, layers)

    judging = Judging(heads, states, decoder.depth, model.chat.of_texts, opens(model))
    assert judging.of("sonnet") is None
    judge = judging.of(form)
    assert judge is not None
    found = judge(TEXTS)
    assert len(read) == 1  # whatever is taken from there
    wanted = head.score(Reader(model)(TEXTS, head.blocks))
    assert found == pytest.approx(wanted.tolist(), rel=0.05, abs=0.2)  # in bfloat16
    assert found[0] > found[1]  # and which is the better one is plain


def test_another_base_has_no_judge_and_one_that_is_damaged_judges_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shipped("0" * 64, 576) == {}
    one = next(found for found in readers() if found.name == "smollm2-verse")
    folder = tmp_path / one.digest
    folder.mkdir()
    for name in ("manifest.json", "head.safetensors"):
        (folder / name).write_bytes((one.root / one.digest / name).read_bytes())
    placed = Starter(one.name, one.digest, one.base, one.serves, tmp_path)
    monkeypatch.setattr(module, "readers", lambda: (placed,))
    assert set(shipped(one.base, 576)) == set(one.serves)
    told = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(told | {"kind": "story"}))
    assert shipped(one.base, 576) == {}
