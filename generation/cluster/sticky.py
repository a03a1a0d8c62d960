"""Which replica a job goes to: the one that has its adapter, unless that one is much busier. Pure.

A replica that has an adapter loaded saves the time and the memory of loading it again, and a batch over fewer
distinct adapters is cheaper. But an adapter that everybody asks for must not leave the other replicas idle: once its
home is `SLACK` of a batch fuller than the emptiest replica, the job goes there, and the adapter has two homes. A job
never waits for a place at home while there is one elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

SLACK = 0.5  # of a replica's room


@dataclass(frozen=True, slots=True)
class Seat:
    """One replica as the choice sees it: `running` rows of the `room` it has, and the adapters it was sent lately."""

    name: str
    room: int
    running: int
    adapters: Collection[str]

    @property
    def load(self) -> float:
        return self.running / self.room


def choose(seats: Sequence[Seat], adapter: str | None, rows: int = 1) -> str | None:
    """The name of the replica that should make a job of `rows` with `adapter`; None where none has room."""
    free = [seat for seat in seats if seat.running + rows <= seat.room]
    if not free:
        return None
    emptiest = min(free, key=_emptiness)
    homes = [seat for seat in free if adapter in seat.adapters]
    if homes:
        home = min(homes, key=_emptiness)
        if home.load - emptiest.load < SLACK:
            return home.name
    return emptiest.name


def _emptiness(seat: Seat) -> tuple[float, int, str]:
    """Among equally busy ones, who has fewer adapters takes the next: so that they spread."""
    return seat.load, len(seat.adapters), seat.name
