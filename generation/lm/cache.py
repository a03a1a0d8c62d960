"""The keys and values of all rows: one block of memory, a slot for each row, positions from 0, no padding.

The rows that write are kept in the first slots, so that a step reads them as they lie instead of gathering them.
"""

from __future__ import annotations

import math
import mmap
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


@dataclass(slots=True, eq=False)
class Seat:
    """A row's place. `slot` may change between steps; `length` positions are filled; `adapter` is a digest or None."""

    slot: int
    length: int = 0
    adapter: str | None = None


class SlotCache:
    """(2, layers, slots, kv_heads, positions, head_dim): keys at [0], values at [1].

    On a CPU, memory is taken by the system as it is first written, so that long slots cost nothing until used.
    """

    def __init__(
        self, layers: int, slots: int, positions: int, kv_heads: int, head_dim: int, *, dtype: torch.dtype,
        device: torch.device,
    ) -> None:  # fmt: skip
        self.positions = positions
        self._shape = (2, layers, slots, kv_heads, positions, head_dim)
        self._dtype, self._device = dtype, device
        self._seats: list[Seat | None] = [None] * slots
        self._take_memory()

    @property
    def free(self) -> int:
        """Slots that nobody has."""
        return self._seats.count(None)

    def open(self, adapter: str | None) -> Seat:
        """A seat in the first free slot. Only while there is one."""
        slot = self._seats.index(None)
        seat = self._seats[slot] = Seat(slot, adapter=adapter)
        return seat

    def close(self, seat: Seat) -> None:
        """Give the slot back. When the last row leaves, so does the memory that was written."""
        assert self._seats[seat.slot] is seat
        self._seats[seat.slot] = None
        if self._device.type == "cpu" and self.free == len(self._seats):
            self._take_memory()

    def to_front(self, seats: Sequence[Seat]) -> None:
        """Give `seats` the first slots, in whatever order moves the least."""
        count = len(seats)
        ahead = {seat.slot for seat in seats if seat.slot < count}
        holes = [slot for slot in range(count) if slot not in ahead]
        for seat, slot in zip([seat for seat in seats if seat.slot >= count], holes, strict=True):
            self._exchange(seat, slot)

    def fill(self, target: Seat, kept: Tensor) -> None:
        """Begin `target` with keys and values of earlier positions: (2, layers, kv_heads, n, head_dim)."""
        target.length = kept.shape[3]
        self.data[:, :, target.slot, :, : target.length] = kept

    def copy(self, source: Seat, target: Seat) -> None:
        """Begin `target` with all that `source` holds."""
        self.fill(target, self.data[:, :, source.slot, :, : source.length])

    def held(self, seat: Seat, length: int) -> Tensor:
        """A copy of the first `length` positions, as `fill` takes it."""
        return self.data[:, :, seat.slot, :, :length].clone()

    def wipe(self, seat: Seat) -> None:
        """Leave nothing that is not finite to whoever has the slot next: what a mask hides is multiplied by nought."""
        self.data[:, :, seat.slot, :, : seat.length + 1] = 0

    def _exchange(self, seat: Seat, slot: int) -> None:
        other, left = self._seats[slot], seat.slot
        if other is None:
            self.data[:, :, slot, :, : seat.length] = self.data[:, :, left, :, : seat.length]
        else:
            kept = self.held(other, other.length)
            self.data[:, :, slot, :, : seat.length] = self.data[:, :, left, :, : seat.length]
            self.data[:, :, left, :, : other.length] = kept
            other.slot = left
        seat.slot = slot
        self._seats[slot], self._seats[left] = seat, other

    def _take_memory(self) -> None:
        # zeros, as what a mask hides is still multiplied by nought; in small pages, of which only the written are there
        if self._device.type == "cpu":
            size = math.prod(self._shape) * self._dtype.itemsize
            # private: of a shared one, what is only read would be there too
            block = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            if sys.platform == "linux":
                block.madvise(mmap.MADV_NOHUGEPAGE)
            self.data = torch.frombuffer(block, dtype=self._dtype).view(self._shape)
        else:
            self.data = torch.zeros(self._shape, dtype=self._dtype, device=self._device)
