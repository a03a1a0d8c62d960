"""Turns: all of an idle machine, and a tenth of a busy one."""

from __future__ import annotations

from generation.host.turns import SHARE, TURN_S, Turns


def test_an_idle_machine_is_the_trainers() -> None:
    turns = Turns(0.0)
    assert all(turns.ask(busy=False, now=n * 0.1).granted for n in range(100))


def test_of_one_that_people_always_wait_for_a_trainer_has_a_tenth() -> None:
    turns = Turns(0.0)
    asked = [n * TURN_S for n in range(1, 1001)]
    granted = sum(turns.ask(busy=True, now=now).granted for now in asked)
    assert granted == round(SHARE * len(asked))


def test_what_an_idle_machine_gave_counts_once_it_is_busy() -> None:
    turns = Turns(0.0)
    assert turns.ask(busy=False, now=100.0).granted
    assert not turns.ask(busy=True, now=100.0 + TURN_S).granted
    assert turns.ask(busy=True, now=100.0 + TURN_S / SHARE).granted
