"""Who goes along with whom: brigades do, honest members do not, friends a little."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from studio.taste import collapse
from tests.studio.taste.cast import DAY_S, NOW, a_vote

if TYPE_CHECKING:
    from studio.taste.votes import Vote

HOUR_S = 3600.0


def rush(members: range, pieces: range, delay_s: float, up: bool = True) -> list[Vote]:
    """All within five minutes, `delay_s` and some more for each piece after it was made."""
    found = []
    for piece in pieces:
        made_at = NOW - 30 * DAY_S + piece * DAY_S
        began = made_at + delay_s + piece % 7 * 5 * HOUR_S
        found += [
            a_vote(piece, member, up, at=began + 60.0 * (member % 5), made_at=made_at) for member in members
        ]
    return found


def test_accounts_that_always_come_in_one_rush_are_all_along_and_named() -> None:
    votes = rush(range(1, 7), range(12), HOUR_S)
    along = collapse.companions(votes)
    assert len(along) == 15
    assert collapse.cliques(votes) == (frozenset(range(1, 7)),)
    assert sum(collapse.weights(votes, along)[:6]) < 1.0, "six of them come to less than one voter"


def test_accounts_that_sit_and_wait_for_the_same_pieces_are_found_too() -> None:
    others = [a_vote(piece, 20 + piece, True, at=NOW, made_at=NOW - DAY_S) for piece in range(12, 40)]
    prompt = [
        a_vote(piece, member, up=True, at=NOW - 30 * DAY_S + 60.0 * member, made_at=NOW - 30 * DAY_S)
        for piece in range(12)
        for member in range(1, 7)
    ]
    assert collapse.cliques([*others, *prompt]) == (frozenset(range(1, 7)),)


def test_members_who_come_when_they_come_are_not_along_however_much_they_agree() -> None:
    votes = [
        a_vote(
            piece, member, up=True, at=NOW + piece * DAY_S + member * 2 * HOUR_S, made_at=NOW + piece * DAY_S
        )
        for piece in range(40)
        for member in range(1, 9)
    ]
    assert collapse.companions(votes) == {}
    assert set(collapse.weights(votes, {})) == {1.0}


def test_who_is_always_there_at_once_but_for_different_pieces_says_little_of_anybody() -> None:
    chance = random.Random(1)
    votes = [
        a_vote(piece, member, up=True, at=NOW + piece * DAY_S + 60.0 * member, made_at=NOW + piece * DAY_S)
        for member in range(1, 9)
        for piece in range(60)
        if chance.random() < 0.4
    ]
    assert all(much < collapse.CLIQUE for much in collapse.companions(votes).values())
    assert collapse.cliques(votes) == ()


def test_members_who_disagree_are_not_along_however_often_they_meet() -> None:
    for_it, against = rush(range(1, 2), range(20), HOUR_S), rush(range(2, 3), range(20), HOUR_S, up=False)
    assert collapse.companions([*for_it, *against]) == {}


def test_few_meetings_name_nobody() -> None:
    assert collapse.companions(rush(range(1, 7), range(2), HOUR_S)) == {}
    assert collapse.cliques(rush(range(1, 7), range(7), HOUR_S)) == ()


def test_votes_found_after_an_absence_have_no_time_that_could_be_held_against_anybody() -> None:
    votes = [replace(vote, timed=False) for vote in rush(range(1, 7), range(20), HOUR_S)]
    assert collapse.companions(votes) == {}


def test_a_vote_loses_weight_only_by_companions_who_said_the_same_of_the_same_piece() -> None:
    votes = [a_vote("1", 1), a_vote("1", 2), a_vote("1", 3, up=False), a_vote("2", 1)]
    found = collapse.weights(votes, {(1, 2): 1.0, (1, 3): 1.0})
    assert found == pytest.approx((2**-collapse.SHARPNESS, 2**-collapse.SHARPNESS, 1.0, 1.0))


def test_groups_that_share_a_member_are_one() -> None:
    votes = [a_vote(piece, member) for piece in range(10) for member in range(1, 6)]
    assert collapse.cliques(votes, {(1, 2): 0.9, (4, 5): 0.9, (2, 4): 0.7, (3, 5): 0.2}) == (
        frozenset({1, 2, 4, 5}),
    )
    assert collapse.cliques([], {}) == ()
