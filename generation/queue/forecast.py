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

STRANGERS = 4  # that may wait at a level, or be served in a row: a flood of them is not played to its end


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
        self._away: list[tuple[float, _Turn[T]]] = []  # and when they come back
        self._gap_s = 1 / strangers_per_s if strangers_per_s else math.inf
        self._coming_s = self._gap_s / 2
        self._strangers = 0
        self._in_a_row = 0
        self._level = 0.0  # where the last one left
        self._late = count(2**62)

    def add(self, served: float, since: int, ahead: float, whose: T) -> None:
        heapq.heappush(self._heap, _Turn(served - ahead, since, served, whose))

    def come(self, now_s: float) -> bool:
        """Let those in who come until `now_s`; whether anybody waits."""
        while self._coming_s <= now_s:
            if self._strangers == STRANGERS:
                self._coming_s = now_s + self._gap_s
                break
            level = self._least()
            heapq.heappush(self._heap, _Turn(level, next(self._late), level, None))
            self._strangers += 1
            self._coming_s += self._gap_s
        while self._away and self._away[0][0] <= now_s:
            _, turn = heapq.heappop(self._away)
            self.add(max(turn.served, self._least()), next(self._late), 0.0, turn.whose)  # type: ignore[arg-type]
        return bool(self._heap)

    def first(self) -> _Turn[T]:
        """Whose turn it is; somebody must wait."""
        while (
            self._heap[0].whose is None and self._in_a_row >= STRANGERS and len(self._heap) > self._strangers
        ):
            self.leave()
        return self._heap[0]

    def leave(self) -> None:
        """The first has nothing left."""
        self._left(heapq.heappop(self._heap))

    def back(self, work: float, ahead: float) -> None:
        """The first was served `work` and waits again."""
        first = self._heap[0]
        served = first.served + work
        heapq.heapreplace(self._heap, _Turn(served - ahead, first.since, served, first.whose))
        self._in_a_row = 0

    def go(self, work: float, back_s: float) -> None:
        """The first was served `work` and has nothing left until `back_s`."""
        first = heapq.heappop(self._heap)
        self._left(first)
        if back_s < math.inf:
            heapq.heappush(self._away, (back_s, first._replace(served=first.served + work)))

    @property
    def next_stranger_s(self) -> float:
        return self._coming_s

    def _left(self, turn: _Turn[T]) -> None:
        self._level = min(turn.turn, turn.served)
        self._strangers -= turn.whose is None
        self._in_a_row = self._in_a_row + 1 if turn.whose is None else 0

    def _least(self) -> float:
        return min(self._heap[0].turn, self._heap[0].served) if self._heap else self._level


Members = Turns[list[Piece]]  # each member's pieces, the next one last


def play(tenants: Turns[Members], waiting: int, lanes: list[float], stranger: Piece) -> Line:
    """Play until all that are `waiting` have started; `lanes` are the seconds until each is free (at least one)."""
    heapq.heapify(lanes)
    places: dict[str, Place] = {}
    newcomer: Place | None = None
    least = tenants.first().turn if waiting else 0.0
    while len(places) < waiting:
        starts = lanes[0]
        tenants.come(starts)
        tenant = tenants.first()
        if newcomer is None and tenant.turn > least:
            newcomer = Place(len(places) + 1, round(starts, 1))
        members = tenant.whose
        if members is None:
            heapq.heapreplace(lanes, starts + stranger.seconds)
            tenants.leave()
            continue
        members.come(starts)
        pieces = members.first().whose
        piece = stranger if pieces is None else pieces.pop()
        heapq.heapreplace(lanes, starts + piece.seconds)
        if pieces is not None:
            places[piece.job_id] = Place(len(places) + 1, round(starts, 1))
        if pieces:
            members.back(piece.work, pieces[-1].ahead)
        else:
            members.leave()
        if members.come(starts):
            tenants.back(piece.work / piece.weight, 0.0)
        else:
            tenants.go(piece.work / piece.weight, members.next_stranger_s)
    end_eta_s = round(lanes[0], 1)
    return Line(places, newcomer or Place(len(places) + 1, end_eta_s), end_eta_s)
