"""Heads in a host's data directory: read, verified and asked in a thread of their own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
import torch

from generation.host.picking import UnusableHeadError
from generation.host.tasting import Tasting
from generation.taste.directory import write
from generation.taste.head import Head
from generation.taste.plain import NAMES
from generation.taste.reader import Reader
from tests.finetune import small

if TYPE_CHECKING:
    from pathlib import Path

SHORT, LONG = "moss\nsalt\nrain", "the late bus carries no one over the hill and into the rain"


def liking_short_lines(folder: Path, model: Path, *blocks: str) -> str:
    """A head in `folder`/heads that likes short lines, made for the model in `model`."""
    reader = Reader(small.loaded(model))
    weights = {"plain": torch.zeros(len(NAMES)), "states.0": torch.zeros(reader.widths["states.0"])}
    weights["plain"][NAMES.index("words a line")] = -1.0
    weights |= {block: torch.zeros(reader.widths[block]) for block in blocks}
    return write(folder / "heads", Head("verse", reader.base, weights, 0.0), {}, reader.widths)


def test_a_head_scores_texts_by_the_model_that_serves(tmp_path: Path) -> None:
    model = small.save(tmp_path / "model")
    digest = liking_short_lines(tmp_path, model)
    tasting = Tasting(str(model), tmp_path)
    tasting.prepare(digest)
    short, long = tasting.scores(digest, [SHORT, LONG]).result(60)
    assert short > long


def test_a_head_that_is_prepared_has_all_loaded_that_it_reads_by_and_need_not_wait_for_others_texts(
    tmp_path: Path,
) -> None:
    model = small.save(tmp_path / "model")
    digest = liking_short_lines(tmp_path, model, "topics")
    tasting = Tasting(str(model), tmp_path)
    tasting.prepare(digest).result(60)
    assert tasting._taster is not None
    assert "_topics" in vars(tasting._taster._reader), (
        "else the first piece waits for it with little patience"
    )
    held = threading.Event()
    tasting._worker.submit(held.wait, 60)
    assert tasting.prepare(digest).done()
    assert not tasting.scores(digest, [SHORT]).done()
    held.set()


def test_a_head_that_is_missing_damaged_or_anothers_cannot_be_used(tmp_path: Path) -> None:
    model = small.save(tmp_path / "model")
    other = small.save(tmp_path / "other", "gemma")
    digest, foreign = liking_short_lines(tmp_path, model), liking_short_lines(tmp_path, other)
    tasting = Tasting(str(model), tmp_path)
    for name, said in (
        ("ab" * 32, "no head"),
        ("../../etc", "not the name"),
        (foreign, "made for the model"),
    ):
        with pytest.raises(UnusableHeadError, match=said):
            tasting.scores(name, [SHORT, LONG]).result(60)
    (tmp_path / "heads" / digest / "head.safetensors").write_bytes(b"x" * 40)
    with pytest.raises(UnusableHeadError, match="safetensors"):
        tasting.scores(digest, [SHORT, LONG]).result(60)


def test_a_host_whose_model_cannot_be_loaded_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnusableHeadError, match="nowhere"):
        Tasting("nowhere", tmp_path).scores("ab" * 32, [SHORT]).result(60)
