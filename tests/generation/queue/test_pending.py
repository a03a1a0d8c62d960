"""A heap of which anything may be called off: against sorting, and without growing."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from generation.queue.pending import SPARED, Entry, Pending


class Held(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.pending = Pending()
        self.there: list[Entry] = []
        self.ticket = 0

    @rule(turn=st.integers(0, 5))
    def push(self, turn: int) -> None:
        self.ticket += 1
        self.pending.push(turn, self.ticket, str(self.ticket))
        self.there.append((turn, self.ticket, str(self.ticket)))

    @precondition(lambda self: self.there)
    @rule(pick=st.integers(0, 1000))
    def drop(self, pick: int) -> None:
        gone = self.there.pop(pick % len(self.there))
        self.pending.drop(gone[1])

    @precondition(lambda self: self.there)
    @rule()
    def pop(self) -> None:
        assert self.pending.first() == min(self.there)
        assert self.pending.pop() == min(self.there)
        self.there.remove(min(self.there))

    @invariant()
    def it_holds_what_is_there(self) -> None:
        assert self.pending.first() == min(self.there, default=None)
        assert self.pending.backwards() == sorted(self.there, reverse=True)
        assert len(self.pending._heap) <= 2 * len(self.there) + SPARED + 1


TestHeld = Held.TestCase
TestHeld.settings = settings(max_examples=50, stateful_step_count=60, deadline=None)


def test_one_who_asks_and_cancels_all_day_fills_nothing_up() -> None:
    pending = Pending()
    pending.push(0.0, 0, "first")
    for ticket in range(1, 10_000):
        pending.push(1.0, ticket, "x")
        pending.drop(ticket)
        assert len(pending._heap) <= 2 * SPARED + 2
    assert pending.first() == (0.0, 0, "first")
