"""Labels from votes: numbers by hand where they can be, and what must never happen."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from studio.taste.labels import HALF_LIFE_S, Label, counted, labels, read
from tests.studio.taste.cast import DAY_S, NOW, a_vote, many

HALVES: dict[object, bool] = {n: n % 2 == 0 for n in range(40)}  # what everybody likes, and what nobody does


def by_creation(found: tuple[Label, ...]) -> dict[str, Label]:
    return {label.creation: label for label in found}


def test_what_everybody_likes_is_liked_and_the_more_say_so_the_surer() -> None:
    few, more = (by_creation(labels(many(range(members), HALVES), (), NOW)) for members in (1, 6))
    assert few["0"].liked > 0.5 > few["1"].liked
    assert more["0"].liked > few["0"].liked
    assert more["0"].confidence == pytest.approx(2 * more["0"].liked - 1)
    assert more["0"].voters == 6


def test_a_label_by_hand() -> None:
    # Six who always agree on 40 pieces, half of them liked: each is believed fully, and nobody is more lenient than another. Of
    # 240 votes one member's 24 count, of their 40, so each is worth .6, and a liked piece is Beta(1 + 6 * .6, 1) against 1/2.
    found = by_creation(labels(many(range(6), HALVES, at=NOW, timed=False), (), NOW))
    assert found["0"].liked == pytest.approx(1 - 0.5**4.6)
    assert found["1"].liked == pytest.approx(0.5**4.6)
    assert found["0"].confidence == pytest.approx(1 - 2 * 0.5**4.6)


def test_who_asked_for_it_bots_and_who_came_today_do_not_count() -> None:
    votes = [
        a_vote("1", 1, is_requester=True),
        a_vote("1", 2, is_bot=True),
        a_vote("1", 3, member_since=NOW - DAY_S - 3 * 3600.0),
    ]
    assert counted(votes) == []
    assert read(votes, (), NOW).labels == ()


def test_who_came_this_week_counts_a_quarter() -> None:
    # weights .25 and 1 of one voter each: the older one's vote moves a piece further
    votes = many(range(4), HALVES)
    young = a_vote("new", 4, member_since=NOW - 4 * DAY_S)
    found = by_creation(labels([*votes, young, a_vote("old", 5)], (), NOW))
    assert 0.5 < found["new"].liked < found["old"].liked


def test_a_vote_weighs_half_after_its_half_life() -> None:
    votes = many(range(4), HALVES)
    old = NOW - HALF_LIFE_S
    aged = a_vote("a", 5, at=old, made_at=old - DAY_S)
    found = by_creation(labels([*votes, aged, a_vote("b", 6, at=NOW)], (), NOW))
    assert 0.5 < found["a"].liked < found["b"].liked


def test_the_newest_vote_of_a_member_on_a_piece_is_theirs() -> None:
    votes = [a_vote("1", 1, up=True, at=NOW - 50), a_vote("1", 1, up=False, at=NOW - 10)]
    assert [vote.up for vote in counted(votes)] == [False]
    assert [vote.up for vote in counted(votes[::-1])] == [False]


def test_a_moderators_no_settles_it_whatever_the_votes_say_and_where_there_are_none() -> None:
    found = by_creation(labels(many(range(6), HALVES), {"0", "unseen"}, NOW))
    assert found["0"] == Label("0", 0.0, 1.0, 6, flagged=True)
    assert found["unseen"] == Label("unseen", 0.0, 1.0, 0, flagged=True)
    assert found["2"].liked > 0.9


def test_what_the_server_is_of_two_minds_about_is_not_kept() -> None:
    torn = [a_vote("torn", member, up=member % 2 == 0) for member in range(8)]
    found = by_creation(labels([*many(range(8), HALVES), *torn], (), NOW))
    assert not found["torn"].is_kept
    assert found["0"].is_kept


def test_a_like_from_somebody_who_likes_everything_says_less() -> None:
    votes = many(range(6), HALVES)
    everything = [a_vote(piece, 6) for piece in range(40)]
    found = by_creation(labels([*votes, *everything, a_vote("a", 6), a_vote("b", 5)], (), NOW))
    assert 0.5 < found["a"].liked < found["b"].liked


def test_one_who_votes_on_everything_does_not_outweigh_the_others() -> None:
    votes = many(range(5), dict.fromkeys(range(10), True))
    alone = [a_vote(f"own {n}", 9, up=False) for n in range(300)]
    few = by_creation(labels([*votes, *many(range(5), {"x": False}), *alone[:20]], (), NOW))
    lots = by_creation(labels([*votes, *many(range(5), {"x": False}), *alone], (), NOW))
    assert lots["own 0"].confidence < few["own 0"].confidence


def test_all_votes_equal_and_none_at_all_are_labels_without_a_difference() -> None:
    for up in (True, False):
        found = labels(many(range(6), dict.fromkeys(range(20), up)), (), NOW)
        assert len({label.liked for label in found}) == 1
        assert all(0.0 <= label.liked <= 1.0 for label in found)
    assert labels([], (), NOW) == ()


def test_the_order_of_votes_does_not_matter() -> None:
    votes = [
        replace(vote, up=random.Random(f"{vote.creation} {vote.member}").random() < 0.6)
        for vote in many(range(7), HALVES)
    ]
    shuffled = random.Random(1).sample(votes, len(votes))
    assert labels(shuffled, (), NOW) == labels(votes, (), NOW)


def test_a_clique_counts_as_one_voter() -> None:
    votes = many(range(4), HALVES)
    rush = [
        a_vote(
            n, 100 + m, up=n % 2 == 1, at=NOW - n * DAY_S + 30.0 * m, made_at=NOW - (n + 1 + n % 5) * DAY_S
        )
        for n in range(40)
        for m in range(6)
    ]
    reading = read([*votes, *rush], (), NOW)
    assert reading.cliques == (frozenset(range(100, 106)),)
    found = by_creation(reading.labels)
    assert found["0"].liked > 0.5 > found["1"].liked, "four honest voters stand against six accounts of one"
    assert reading.voters <= 5
