"""Whom to believe: found from votes alone."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from studio.taste.reliability import RIGHT, SURE, WRONG, dawid_skene, weight
from tests.studio.taste.cast import a_vote

if TYPE_CHECKING:
    from studio.taste.votes import Vote


def a_server(reliabilities: list[float], pieces: int = 200, seed: int = 1) -> list[Vote]:
    chance = random.Random(seed)
    truth = [chance.random() < 0.4 for _ in range(pieces)]
    return [
        a_vote(piece, member, up=liked == (chance.random() < sure))
        for piece, liked in enumerate(truth)
        for member, sure in enumerate(reliabilities)
        if chance.random() < 0.5
    ]


def test_reliable_careless_and_contrary_voters_are_told_apart() -> None:
    truth = [0.9] * 8 + [0.5] * 2 + [0.1] * 2
    found = dawid_skene(a_server(truth))
    for member, sure in enumerate(truth):
        assert found[member] == pytest.approx(sure, abs=0.12)
    assert all(weight(found[member]) > 0.6 for member in range(8))
    assert all(weight(found[member]) < 0.25 for member in (8, 9))
    assert all(weight(found[member]) == 0 for member in (10, 11))


def test_who_voted_once_is_believed_as_people_are() -> None:
    found = dawid_skene([a_vote("1", 1), a_vote("1", 2)])
    assert found[1] == pytest.approx(RIGHT / (RIGHT + WRONG), abs=0.05)


def test_votes_without_weight_teach_nothing_about_their_voter() -> None:
    votes = [a_vote(piece, member, up=member < 3) for piece in range(30) for member in range(4)]
    found = dawid_skene(votes, [0.0 if vote.member == 3 else 1.0 for vote in votes])
    assert found[3] == pytest.approx(RIGHT / (RIGHT + WRONG))


def test_nobody_is_ever_sure_and_no_votes_are_no_voters() -> None:
    votes = [a_vote(piece, member) for piece in range(500) for member in range(5)]
    assert max(dawid_skene(votes).values()) <= SURE
    assert dawid_skene([]) == {}


def test_a_weight_grows_with_the_evidence_of_a_vote() -> None:
    assert weight(0.5) == weight(0.2) == 0.0
    assert weight(0.8) == pytest.approx(0.693, abs=1e-3)  # ln 4 / 2, by hand
    assert weight(0.95) == 1.0
