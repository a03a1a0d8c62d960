"""Jobs in some order, of which any may be called off: a heap that knows which of its entries are dead.

`push`, `pop` and `drop` are O(log n) amortised; the dead are never more than the living, so that one who asks and
cancels all day fills nothing up.
"""

from __future__ import annotations

import heapq

Entry = tuple[float, int, str]  # what orders it, its ticket, the job's id
SPARED = 16  # dead entries that are not worth a look through the rest


class Pending:
    """Entries by `turn`, then by ticket; the least first. A ticket is in it once at most."""

    def __init__(self) -> None:
        self._heap: list[Entry] = []
        self._dead: set[int] = set()

    def push(self, turn: float, ticket: int, job_id: str) -> None:
        heapq.heappush(self._heap, (turn, ticket, job_id))

    def drop(self, ticket: int) -> None:
        """Forget the entry with that ticket, which must be there."""
        self._dead.add(ticket)
        if len(self._dead) > SPARED and 2 * len(self._dead) > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[1] not in self._dead]
            heapq.heapify(self._heap)
            self._dead.clear()

    def first(self) -> Entry | None:
        while self._heap and self._heap[0][1] in self._dead:
            self._dead.discard(heapq.heappop(self._heap)[1])
        return self._heap[0] if self._heap else None

    def pop(self) -> Entry:
        """Take out what `first` gave."""
        return heapq.heappop(self._heap)

    def backwards(self) -> list[Entry]:
        """All that is pending, the first one last."""
        return sorted((entry for entry in self._heap if entry[1] not in self._dead), reverse=True)
