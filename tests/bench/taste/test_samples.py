"""What was made is kept, gone on with, and made once."""

from __future__ import annotations

import fcntl
from concurrent.futures import ThreadPoolExecutor, wait
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


def test_what_another_process_makes_is_waited_for_and_not_made_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SETS, "history", (("rain", "snow"), range(3)))
    whole = made(tmp_path, "history", FakeEngine)
    path = tmp_path / "history-base.jsonl"
    *begun, last = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(begun))
    with path.open("ab") as other, ThreadPoolExecutor(1) as pool:
        fcntl.flock(other, fcntl.LOCK_EX)
        waiting = pool.submit(made, tmp_path, "history", none)
        assert not wait([waiting], 0.2).done
        other.write(last)
        other.flush()
        fcntl.flock(other, fcntl.LOCK_UN)
        assert waiting.result(10) == whole
