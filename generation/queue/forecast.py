"""The line played forward: where each waiting job stands, and when it will start. An estimate, not a promise.

The same turns that the queue takes are taken here, on as many lanes as the engine runs rows, each piece as long as it
is believed to get. Others will come meanwhile and, having been served less, go first: they are played too, as
strangers who come at even distances.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")

STRANGERS_IN_A_ROW = 4  # of five turns: more who come than that are not to be outlasted, and are not played


@dataclass(frozen=True, slots=True)
class Place:
    """`position` counts from 1; `eta_s` estimates the seconds until the job starts."""

    position: int
    eta_s: float


@dataclass(frozen=True, slots=True)
class Line:
    """The places of all that wait, in order.

    `newcomer` is where one would stand whose tenant has nothing waiting; `end_eta_s` is when a job would start that
    came after all that wait.
    """

    places: Mapping[str, Place]
    newcomer: Place
    end_eta_s: float


class Piece(NamedTuple):
    """A job as it is believed to be: `seconds` in its lane, `work` in tokens as they are charged."""

    job_id: str
    seconds: float
    work: float
    weight: float
    ahead: float


class _Turn(NamedTuple, Generic[T]):
    turn: float
    since: int
    served: float
    whose: T | None  # None: a stranger's


class Turns(Generic[T]):
    """Who waits at one level (tenants, or a tenant's members), each with what is theirs; the least turn first."""

    def __init__(self, strangers_per_s: float) -> None:
        self._heap: list[_Turn[T]] = []
        self._gap_s = 1 / strangers_per_s if strangers_per_s else math.inf
        self._coming_s = self._gap_s / 2
        self._strangers = 0
        self._in_a_row = 0
        self._late = count(2**62)

    def __len__(self) -> int:
        """How many wait, without strangers."""
        return len(self._heap) - self._strangers

    def add(self, served: float, since: int, ahead: float, whose: T) -> None:
        heapq.heappush(self._heap, _Turn(served - ahead, since, served, whose))

    def first(self, now_s: float) -> _Turn[T]:
        """Whose turn it is at `now_s`; somebody who is no stranger must wait."""
        while self._coming_s <= now_s:
            least = self._heap[0]
            level = min(least.turn, least.served)
            heapq.heappush(self._heap, _Turn(level, next(self._late), level, None))
            self._strangers += 1
            self._coming_s += self._gap_s
        while self._heap[0].whose is None and self._in_a_row >= STRANGERS_IN_A_ROW:
            self.leave()
        return self._heap[0]

    def leave(self) -> None:
        """The first has nothing left."""
        stranger = heapq.heappop(self._heap).whose is None
        self._strangers -= stranger
        self._in_a_row = self._in_a_row + 1 if stranger else 0

    def back(self, work: float, ahead: float) -> None:
        """The first was served `work` and waits again."""
        first = self._heap[0]
        served = first.served + work
        heapq.heapreplace(self._heap, _Turn(served - ahead, first.since, served, first.whose))
        self._in_a_row = 0


Members = Turns[list[Piece]]  # each member's pieces, the next one last


def play(tenants: Turns[Members], lanes: list[float], stranger: Piece) -> Line:
    """Play until all have started; `lanes` are the seconds until each is free (at least one)."""
    heapq.heapify(lanes)
    places: dict[str, Place] = {}
    newcomer: Place | None = None
    least = tenants.first(0.0).turn if tenants else 0.0
    while tenants:
        starts = lanes[0]
        tenant = tenants.first(starts)
        if newcomer is None and tenant.turn > least:
            newcomer = Place(len(places) + 1, round(starts, 1))
        members = tenant.whose
        if members is None:
            heapq.heapreplace(lanes, starts + stranger.seconds)
            tenants.leave()
            continue
        pieces = members.first(starts).whose
        piece = stranger if pieces is None else pieces.pop()
        heapq.heapreplace(lanes, starts + piece.seconds)
        if pieces is not None:
            places[piece.job_id] = Place(len(places) + 1, round(starts, 1))
        if pieces:
            members.back(piece.work, pieces[-1].ahead)
        else:
            members.leave()
        if members:
            tenants.back(piece.work / piece.weight, 0.0)
        else:
            tenants.leave()
    end_eta_s = round(lanes[0], 1)
    return Line(places, newcomer or Place(len(places) + 1, end_eta_s), end_eta_s)
