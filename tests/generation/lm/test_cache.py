"""Slots: everybody keeps what is theirs, whoever is moved to the front, comes or goes."""

from __future__ import annotations

import mmap
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.lm.cache import Seat, SlotCache

CPU = torch.device("cpu")


def cache(slots: int = 4, dtype: torch.dtype = torch.float32) -> SlotCache:
    return SlotCache(2, slots, 8, 1, 2, dtype=dtype, device=CPU)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_rows_come_go_and_move_and_keep_their_own(data: st.DataObject) -> None:
    made = cache()
    rows: dict[Seat, float] = {}
    for mark in range(1, data.draw(st.integers(1, 25))):
        what = data.draw(st.sampled_from(["open", "close", "front"]))
        if what == "open" and made.free:
            seat = made.open(None)
            seat.length = data.draw(st.integers(1, 8))
            made.data[:, :, seat.slot, :, : seat.length] = mark
            rows[seat] = mark
        elif what == "close" and rows:
            seat = data.draw(st.sampled_from(list(rows)))
            made.close(seat)
            del rows[seat]
        elif what == "front" and rows:
            some = data.draw(st.lists(st.sampled_from(list(rows)), min_size=1, unique_by=id))
            made.to_front(some)
            assert sorted(seat.slot for seat in some) == list(range(len(some)))
        assert made.free == 4 - len(rows)
        assert len({seat.slot for seat in rows}) == len(rows)
        for seat, own in rows.items():
            assert torch.all(made.data[:, :, seat.slot, :, : seat.length] == own)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_what_was_never_written_is_nought(dtype: torch.dtype) -> None:
    assert not cache(dtype=dtype).data.any()


def test_what_is_only_read_takes_no_memory() -> None:
    """Attention reads every slot up to the longest row: a long story must not cost that much for each of the others."""
    made = SlotCache(2, 16, 8192, 2, 64, dtype=torch.float32, device=CPU)  # 256 MiB, were it all there
    before = resident()
    made.data[:, :, 3, :, :100] = 1.0
    assert float(made.data.sum()) == 2 * 2 * 2 * 100 * 64
    assert resident() - before < 16 * 2**20


def resident() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE
