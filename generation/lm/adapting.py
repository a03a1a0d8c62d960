"""What the rows of a step are computed with: their adapters, as far as they are at hand, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.adapters import AdapterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import torch

    from generation.lm.lora import Merged, Runs, Selection, Stack
    from generation.lm.residency import Residency
    from generation.lm.row import Row
    from generation.lm.search.piece import Piece


class Adapting:
    """Stands between rows and `Residency`. `together`: a step computes many rows, else one at a time."""

    def __init__(self, residency: Residency, dtype: torch.dtype, *, together: bool) -> None:
        self._residency, self._dtype, self._together = residency, dtype, together
        self._stack: Stack | None = None
        self._merged: Merged | None = None

    @property
    def resident(self) -> list[str]:
        """Digests of the adapters that rows are computed with now."""
        whole, stack = self._merged, self._stack  # which another thread may change
        if whole is not None:
            return [whole.digest]
        return list(stack.digests) if stack is not None else []

    def want(self, digest: str) -> None:
        """Begin to read an adapter."""
        self._residency.want(digest)

    def refused(self, rows: Iterable[Row | Piece]) -> list[tuple[Row | Piece, AdapterError]]:
        """Rows that have not begun and whose adapter cannot be used, and why not: one verdict for all of its rows."""
        verdicts: dict[str, AdapterError | None] = {}
        found = []
        for row in rows:
            if row.adapter is None or row.begun:
                continue
            if row.adapter not in verdicts:
                verdicts[row.adapter] = self._verdict(row.adapter)
            if (error := verdicts[row.adapter]) is not None:
                found.append((row, error))
        return found

    def covered(self, rows: Sequence[Row | Piece]) -> Callable[[Row | Piece], bool]:
        """Choose the stack for this step, or the one adapter that is merged where all rows use it; which rows can be computed so."""
        needed = {row.adapter for row in rows if row.adapter is not None}
        self._residency.forget(needed)
        ready = {digest for digest in needed if self._residency.at_hand(digest)}
        if not self._together:
            return lambda row: row.adapter is None or row.adapter in ready
        if needed == ready and len(needed) == 1 and all(row.adapter is not None for row in rows):
            (digest,) = needed
            if (whole := self._residency.merged(digest)) is not None:
                self._merged = whole
                return lambda row: row.adapter == digest
        running = {row.adapter for row in rows if row.adapter is not None and row.begun}
        self._stack = self._residency.stack(ready, running)
        at_hand = set(self._stack.digests) if self._stack is not None else set()
        if self._merged is not None and not running <= at_hand:
            alone = self._merged.digest
            return lambda row: row.adapter == alone  # until there is a stack for all of them
        self._merged = None
        return lambda row: row.adapter is None or row.adapter in at_hand

    def to_write(self, adapters: Sequence[str | None]) -> Selection | Merged | None:
        """What adds to rows that write; see `decoder.Select`."""
        if all(adapter is None for adapter in adapters):
            return None
        if self._merged is not None:
            return self._merged
        if not self._together:
            (adapter,) = {adapter for adapter in adapters if adapter is not None}
            return self._residency.alone(adapter).select(adapters, self._dtype)
        assert self._stack is not None
        return self._stack.select(adapters, self._dtype)

    def to_read(self, adapters: Sequence[str | None]) -> Runs | Merged | None:
        """What adds to the rows of prompts."""
        if self._merged is not None and any(adapter is not None for adapter in adapters):
            return self._merged
        return None if all(adapter is None for adapter in adapters) else self._residency.runs(adapters)

    def _verdict(self, digest: str) -> AdapterError | None:
        try:
            self._residency.want(digest)
            self._residency.ready(digest)
        except AdapterError as error:
            return error
        return None

    def let_go(self) -> None:
        """Give back memory that only saves time. No row may have begun."""
        self._merged = None
        self._residency.let_go()

    def wait(self, seconds: float) -> None:
        """Wait until an adapter or a stack is ready that was not, or for `seconds`."""
        self._residency.wait(seconds)
