"""What was made is kept, gone on with, and made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.taste.samples import SETS, made, wanted
from generation.host.fake import FakeEngine

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from generation.host.engine import Engine


def none() -> Engine:
    raise AssertionError("everything is there")


def test_a_run_that_was_stopped_in_the_middle_of_a_line_goes_on_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SETS, "history", (("rain", "snow"), range(3)))
    whole = made(tmp_path, "history", FakeEngine)
    assert [(one.theme, one.seed) for one in whole] == wanted("history")
    assert made(tmp_path, "history", none) == whole
    path = tmp_path / "history-base.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert made(tmp_path, "history", FakeEngine) == whole
    assert path.read_bytes().count(b"\n") == 6
