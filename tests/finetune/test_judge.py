"""A head as a training asks it: the scores of the head, each text read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetune.judge import Judge
from tests.finetune import small
from tests.generation.host.test_tasting import LONG, SHORT, liking_short_lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest


def test_a_text_is_read_once_and_scores_the_same_in_any_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = small.save(tmp_path / "model")
    digest = liking_short_lines(tmp_path, model)
    judge = Judge(tmp_path / "heads" / digest, small.loaded(model))
    read: list[str] = []
    reader = judge._reader

    def noting(texts: Sequence[str], blocks: Sequence[str]) -> object:
        read.extend(texts)
        return reader(texts, blocks)

    monkeypatch.setattr(judge, "_reader", noting)
    short, long, again = judge([SHORT, LONG, SHORT])
    assert short == again > long
    assert judge([LONG, "a gull", SHORT])[::2] == [long, short]
    assert judge([]) == []
    assert read == [SHORT, LONG, "a gull"]
