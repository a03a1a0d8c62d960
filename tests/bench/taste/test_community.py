"""A simulated server is what it says it is, and the same each time."""

from __future__ import annotations

from collections import Counter
from statistics import fmean

from bench.taste.community import DAY_S, Brigade, Community, friends

LIKED = [0.95 if n % 3 == 0 else 0.05 for n in range(300)]
HONEST = Community(contrarian=0.0, noise=0.0, late=0.0)


def test_there_are_as_many_votes_as_asked_for_and_no_member_votes_twice_on_a_piece() -> None:
    found = Community().reactions(LIKED, 900, seed=1)
    assert len(found) == len({(one.member, one.creation) for one in found}) == 900
    assert len({one.member for one in found}) == 25
    assert found == Community().reactions(LIKED, 900, seed=1) != Community().reactions(LIKED, 900, seed=2)
    assert [one.at for one in found] == sorted(one.at for one in found)


def test_more_votes_than_there_can_be_are_all_there_can_be() -> None:
    assert len(HONEST.reactions(LIKED[:10], 900, seed=1)) == 10 * 25


def test_honest_voters_say_what_is_liked_and_contrarians_the_opposite() -> None:
    def agree(community: Community) -> dict[int, float]:
        found: dict[int, list[bool]] = {}
        for one in community.reactions(LIKED, 6000, seed=3):
            found.setdefault(one.member, []).append(one.up == (LIKED[one.creation] > 0.5))
        return {member: fmean(votes) for member, votes in found.items()}

    assert min(agree(HONEST).values()) > 0.85
    shares = sorted(agree(Community(contrarian=0.15, noise=0.10, late=0.0)).values())
    assert Counter(share < 0.2 for share in shares)[True] == 4
    assert sum(0.35 < share < 0.65 for share in shares) == 3


def test_late_joiners_vote_on_what_came_after_them() -> None:
    found = Community(late=0.4).reactions(LIKED, 3000, seed=5)
    made_at = Community().made_at(300)
    late = {one.member for one in found if one.joined_at > 0}
    assert len(late) == 10
    assert all(made_at[one.creation] > one.joined_at for one in found)


def test_a_brigade_is_six_accounts_within_minutes_and_of_one_mind() -> None:
    made_at = Community().made_at(300)
    found = Brigade().reactions(range(20), made_at, seed=1)
    assert len(found) == 6 * 40
    for creation in range(20):
        votes = [one for one in found if one.creation == creation]
        assert len(votes) == 6
        assert all(one.up for one in votes)
        assert max(one.at for one in votes) - min(one.at for one in votes) <= 300
        assert min(one.at for one in votes) > made_at[creation]


def test_friends_vote_on_the_same_pieces_each_for_themselves() -> None:
    made_at = Community().made_at(300)
    found = friends(LIKED.__getitem__, range(60), made_at, seed=1)
    assert Counter(one.member for one in found) == {2000: 60, 2001: 60, 2002: 60}
    assert any(len({one.up for one in found if one.creation == n}) == 2 for n in range(60))
    assert all(one.at - made_at[one.creation] < 30 * DAY_S for one in found)
