"""Parties that share something, and which of those that wait was served least: a virtual token counter.

Sheng et al. 2024, arXiv 2401.00588. Tenants share the engine, and a tenant's members share what it gets. One who comes
back after a pause is lifted to the least of those that wait, or to where the last job was taken, so that absence
saves nothing up.

A party may be `ahead`: its turn comes as if it had been served so much less. The heap has an entry for each party that
waits which is a lower bound of its turn, corrected when it comes up; where a turn falls, a second entry supersedes the
first.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Generic, TypeVar

from generation.queue.arrivals import Arrivals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IDLE_KEPT = 256  # parties that may be remembered before the idle ones are looked through


@dataclass(slots=True)
class Party:
    """`served` counts tokens, `since` is a ticket, `listed` is the heap's entry that holds."""

    served: float = 0.0
    ahead: float = 0.0
    since: int = 0
    waiting: int = 0
    running: int = 0
    listed: tuple[float, int] | None = None


P = TypeVar("P", bound=Party)


class LeastServed(Generic[P]):
    """Parties by name. Each operation is O(log n) amortised."""

    def __init__(self, make: Callable[[], P]) -> None:
        self._make = make
        self._newcomers = Arrivals()
        self._parties: dict[str, P] = {}
        self._busy = 0  # of them have something waiting
        self._heap: list[tuple[float, int, str]] = []
        self._ticket = count()
        self._floor = 0.0  # the counter at which the last job was taken
        self._highest = 0.0
        self._forget_above = IDLE_KEPT

    def __getitem__(self, name: str) -> P:
        return self._parties[name]

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._parties)

    def waiting(self) -> Iterator[P]:
        return (party for party in self._parties.values() if party.waiting)

    def came(self, at: float) -> None:
        """One who had nothing waiting has just arrived, at `at`."""
        self._newcomers.came(at, 1.0 / self._idle_share(1))

    def newcomers_per_s(self, now: float) -> float:
        """How many who have nothing waiting will come in a second: fewer, where fewer are left who could."""
        return self._newcomers.per_s(now) * self._idle_share(0)

    def _idle_share(self, besides: int) -> float:
        """Of those that are known, and one who is not yet: the share that has nothing waiting, and so many besides."""
        return (len(self._parties) - self._busy + besides + 1) / (len(self._parties) + 1)

    def arrive(self, name: str) -> P:
        """The party `name`, which now has one more job that waits. Follow it with `goes_ahead`."""
        party = self._parties.get(name)
        if party is None:
            self._forget_idle()
            party = self._parties[name] = self._make()
        if not party.waiting:
            self._busy += 1
            party.since = next(self._ticket)
            if not party.running:
                party.served = max(party.served, self._lift())
        party.waiting += 1
        return party

    def goes_ahead(self, name: str, tokens: float) -> None:
        """The party's turn comes as if it had been served `tokens` less (below 0: more)."""
        party = self._parties[name]
        party.ahead = tokens
        self._list(name, party)

    def _list(self, name: str, party: P) -> None:
        """See that the heap has an entry of the party that is not above its turn."""
        turn = _turn(party)
        if party.waiting and (party.listed is None or turn < party.listed):
            party.listed = turn
            heapq.heappush(self._heap, (*turn, name))

    def least(self) -> str | None:
        """Whose turn it is."""
        while self._heap:
            turn, since, name = self._heap[0]
            party = self._parties.get(name)
            if party is None or party.listed != (turn, since):
                heapq.heappop(self._heap)
            elif not party.waiting:
                heapq.heappop(self._heap)
                party.listed = None
            elif party.listed < (now := _turn(party)):
                party.listed = now
                heapq.heapreplace(self._heap, (*now, name))
            else:
                return name
        return None

    def took(self, name: str) -> None:
        """A job of the party `name` starts. Where it was not its turn, because the others' jobs have no room, one who
        comes back still begins where the turns have got to.
        """
        least = self.least()
        assert least is not None
        self._floor = max(self._floor, _level(self._parties[least]))
        self._parties[name].running += 1
        self.called_off(name)

    def called_off(self, name: str) -> None:
        """One job fewer of the party `name` waits."""
        party = self._parties[name]
        party.waiting -= 1
        self._busy -= not party.waiting

    def spend(self, name: str, tokens: float) -> None:
        """The party `name` was served `tokens` (below 0: it was charged so much too much)."""
        party = self._parties[name]
        party.served += tokens
        self._highest = max(self._highest, party.served)
        if tokens < 0:
            self._list(name, party)

    def rest(self) -> None:
        """None has work any more: whoever comes next starts even."""
        self._floor = self._highest

    def _lift(self) -> float:
        """Where one who comes back begins."""
        least = self.least()
        return self._floor if least is None else max(self._floor, _level(self._parties[least]))

    def _forget_idle(self) -> None:
        """Those that have no work and that a return would lift anyway are nothing worth keeping."""
        if len(self._parties) < self._forget_above:
            return
        self._parties = {
            name: party
            for name, party in self._parties.items()
            if party.waiting or party.running or party.served > self._floor
        }
        self._forget_above = 2 * len(self._parties) + IDLE_KEPT


def _turn(party: Party) -> tuple[float, int]:
    return party.served - party.ahead, party.since


def _level(party: Party) -> float:
    """What a newcomer may be lifted to beside that party: neither before its turn nor behind what it was served."""
    return party.served - max(0.0, party.ahead)
