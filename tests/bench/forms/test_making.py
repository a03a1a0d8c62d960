"""Pieces are made one at a time or several beside one another, and each is kept under its own brief."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.forms import __main__ as bench
from bench.forms.briefs import asked
from bench.forms.kept import Pieces
from generation.host.fake import FakeEngine

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("arm", ["plain", "search"])
def test_pieces_made_beside_one_another_are_those_made_alone(tmp_path: Path, arm: bench.Arm) -> None:
    wanted = asked("haiku", 5)
    found = []
    for at_once in (1, 2, 5):
        kept = Pieces(tmp_path / f"{at_once}.jsonl")
        bench._make(FakeEngine(), arm, wanted, kept, at_once)
        pieces = [kept.get(bench._key(one, arm, at_once)) for one in wanted]
        found.append([piece.text for piece in pieces if piece is not None])
    assert found[0] == found[1] == found[2]
    assert len(set(found[0])) == len(wanted)
