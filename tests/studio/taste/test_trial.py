"""Trials: one vote each, error rates as promised, alarms that ring for what is broken and not for chance."""

from __future__ import annotations

import random
from statistics import median

import pytest

from studio.taste.trial import (
    LEAST_PER_ARM,
    LEAST_VOTERS,
    PAIR_VOTES_LIMIT,
    QUIET_LIMIT,
    Arm,
    ArmVote,
    Output,
    PairVote,
    alarm,
    better,
    chance_of,
    confirmed,
    counted,
    decided,
    evidence,
    is_broken,
    quietly_decided,
)

GOOD = "the bell over the harbour stays where it was and the water goes on counting boats until evening comes home"
CIRCLES = "and the sea and the sea and the sea and the sea and the sea and the sea and the sea and the sea"


def walked(rng: random.Random, share: float) -> tuple[str, int]:
    """A whole blind vote in which the candidate is picked with probability `share`: what it says, after how many."""
    wins = losses = 0
    while (said := decided(wins, losses, min(wins + losses, 25))) is None:
        if rng.random() < share:
            wins += 1
        else:
            losses += 1
    return said, wins + losses


def watched(rng: random.Random, candidate: float, incumbent: float) -> str:
    """A whole quiet trial between two like-rates."""
    votes = []
    for number in range(QUIET_LIMIT):
        arm = rng.random() < 0.5
        votes.append(ArmVote(str(number), number % 25, arm, rng.random() < (candidate if arm else incumbent)))
    said = quietly_decided(votes)
    assert said is not None
    return said


def test_the_evidence_of_a_vote_is_the_ratio_of_its_likelihoods() -> None:
    # three for, one against: log(.6 * .6 * .6 * .4 / .5 ** 4), by hand
    assert evidence(3, 1) == pytest.approx(0.3238, abs=1e-4)


def test_a_blind_vote_needs_sixteen_in_a_row_or_eight_against() -> None:
    assert decided(15, 0, LEAST_VOTERS) is None
    assert decided(16, 0, LEAST_VOTERS) == "candidate"
    assert decided(0, 6, LEAST_VOTERS) is None
    assert decided(0, 7, LEAST_VOTERS) == "incumbent"


def test_no_vote_is_decided_by_fewer_members_than_there_must_be_to_learn_from() -> None:
    for voters in range(LEAST_VOTERS):
        assert decided(60, 0, voters) is None
        assert decided(0, 60, voters) is None
    assert decided(300, PAIR_VOTES_LIMIT - 300, 1) == "undecided", "it ends all the same, and nothing is lost"
    alone = [ArmVote(str(n), n % (LEAST_VOTERS - 1), n % 2 == 0, n % 2 == 0) for n in range(QUIET_LIMIT)]
    assert quietly_decided(alone[:-1]) is None
    assert quietly_decided(alone) == "undecided"
    disliked = [ArmVote(str(n), n % 2, n % 2 == 0, n % 2 == 1) for n in range(2 * LEAST_PER_ARM)]
    assert quietly_decided(disliked) == "undecided", "it writes no more"
    among = [ArmVote(str(n), n % LEAST_VOTERS, n % 2 == 0, n % 2 == 0) for n in range(QUIET_LIMIT - 1)]
    assert quietly_decided(among) == "candidate"


def test_a_vote_that_decides_nothing_leaves_the_incumbent() -> None:
    middle = round(PAIR_VOTES_LIMIT * 0.55)
    assert decided(middle - 1, PAIR_VOTES_LIMIT - middle, 25) is None
    assert decided(middle, PAIR_VOTES_LIMIT - middle, 25) == "incumbent"


def test_of_who_presses_most_no_more_counts_than_a_third_of_what_the_others_cast() -> None:
    few = [PairVote(n, n, for_candidate=True) for n in range(4)]
    one = [PairVote(n, 99, for_candidate=False) for n in range(40)]
    assert counted([*few, *one]) == (4, 4)
    assert decided(*counted([*few, *one]), voters=5) is None
    many = [PairVote(n, member, for_candidate=True) for n in range(20) for member in range(5)]
    assert counted([*many, *one]) == (100, 33)
    assert counted(many) == (100, 0), "all alike count whole"


def test_equal_candidates_win_a_blind_vote_in_less_than_one_case_of_twenty() -> None:
    rng = random.Random(1)
    won = sum(walked(rng, 0.5)[0] == "candidate" for _ in range(4000)) / 4000
    assert 0.03 < won <= 0.05


@pytest.mark.parametrize(("share", "power", "votes"), [(0.6, 0.80, 88), (0.65, 0.95, 60)])
def test_better_candidates_are_found_as_often_and_as_soon_as_promised(
    share: float, power: float, votes: int
) -> None:
    rng = random.Random(2)
    walks = [walked(rng, share) for _ in range(2000)]
    assert sum(said == "candidate" for said, _ in walks) / len(walks) >= power
    assert median(length for _, length in walks) <= votes


def test_a_member_has_one_vote_on_a_pair_and_the_first_counts() -> None:
    votes = [PairVote(1, 7, True), PairVote(1, 7, False), PairVote(1, 8, False), PairVote(2, 7, True)]
    assert counted(votes) == (2, 1)


def test_the_chance_to_be_better_is_exact() -> None:
    assert better(Arm(5, 5), Arm(5, 5)) == pytest.approx(0.5)
    # uniform priors, one like against nothing: the integral of x * 2x over [0, 1]
    assert better(Arm(1, 0), Arm(0, 0)) == pytest.approx(2 / 3)
    rng = random.Random(3)
    drawn = sum(rng.betavariate(31, 11) > rng.betavariate(21, 21) for _ in range(20_000)) / 20_000
    assert better(Arm(30, 10), Arm(20, 20)) == pytest.approx(drawn, abs=0.01)


def test_equal_candidates_win_a_quiet_trial_in_less_than_one_case_of_twenty() -> None:
    rng = random.Random(4)
    won = sum(watched(rng, 0.4, 0.4) == "candidate" for _ in range(500)) / 500
    assert 0 < won <= 0.05


def test_much_better_candidates_win_a_quiet_trial_and_much_worse_ones_never_do() -> None:
    rng = random.Random(5)
    assert sum(watched(rng, 0.65, 0.4) == "candidate" for _ in range(200)) / 200 >= 0.9
    assert not any(watched(rng, 0.25, 0.4) == "candidate" for _ in range(200))


def test_a_quiet_trial_looks_only_every_so_often_and_promotes_nobody_before_enough_votes() -> None:
    votes = [ArmVote(str(n), n % 25, n % 2 == 0, n % 2 == 0) for n in range(2 * LEAST_PER_ARM + 20)]
    assert quietly_decided(votes[: 2 * LEAST_PER_ARM + 19]) is None
    assert quietly_decided(votes) == "candidate"


def test_a_changed_opinion_replaces_the_earlier_one() -> None:
    votes = [ArmVote(str(n), n % 25, n % 2 == 0, n % 2 == 0) for n in range(100)]
    changed = [*votes, *(ArmVote(vote.creation, vote.member, vote.of_candidate, True) for vote in votes)]
    assert quietly_decided(votes) == "candidate"
    assert quietly_decided(changed) is None


def test_what_votes_decide_holds_only_when_it_holds_by_weight_and_by_enough_of_their_own_mind() -> None:
    def cast(for_candidate: bool, weight: float, count: int = 20) -> list[PairVote]:
        return [PairVote(n, n % 5, for_candidate, weight) for n in range(count)]

    assert confirmed("candidate", cast(True, 1.0), 5) == "candidate"
    assert confirmed("candidate", cast(True, 0.2), 5) is None, "they say it, and are not so many"
    assert confirmed("candidate", cast(True, 1.0), 4) is None
    assert confirmed("incumbent", cast(False, 1.0), 5) == "incumbent"
    assert confirmed("incumbent", cast(False, 0.2), 5) is None, (
        "files are deleted then: nothing brings them back"
    )
    few = [PairVote(n % 4, n, True) for n in range(80)]
    assert confirmed("candidate", few, 20) is None, "four pairs say little of what wrote them, whoever votes"
    every = cast(True, 0.03, PAIR_VOTES_LIMIT)
    assert confirmed("candidate", every, 5) == "undecided", "it ends, and the candidate waits again"
    even = [PairVote(n, n % 25, n % 10 < 6, 1.0) for n in range(100)] + [
        PairVote(n, n % 25, n % 2 == 0, 1.0) for n in range(100, PAIR_VOTES_LIMIT)
    ]
    assert confirmed("incumbent", even, 25) == "incumbent", "a walk that leads nowhere leaves what serves"


def test_two_flags_ring_the_alarm_and_one_does_not() -> None:
    fine = [Output(GOOD)] * 30
    assert alarm([*fine, Output(GOOD, flagged=True)]) is None
    assert alarm([Output(GOOD, flagged=True), *fine, Output(GOOD, flagged=True)]) == (
        "moderators flagged 2 of its first 32 pieces"
    )
    assert alarm([*([Output(GOOD)] * 50), *([Output(GOOD, flagged=True)] * 5)]) is None


def test_texts_that_break_ring_the_alarm_at_once_and_a_single_one_does_not() -> None:
    assert alarm([Output("")]) is None
    assert alarm([Output(""), Output("")]) == "2 of its first 2 pieces were empty or went in circles"
    assert alarm([Output(GOOD)] * 30 + [Output(CIRCLES)] * 8) is not None


def test_the_usual_share_of_broken_texts_seldom_rings_the_alarm() -> None:
    rng = random.Random(6)

    def rings() -> bool:
        texts = [Output(CIRCLES if rng.random() < 0.03 else GOOD) for _ in range(50)]
        return any(alarm(texts[:seen]) for seen in range(1, 51))

    assert sum(rings() for _ in range(80)) / 80 <= 0.05


@pytest.mark.parametrize(
    ("text", "broken"),
    [("", True), (" \n", True), (GOOD, False), (CIRCLES, True), ("rain, rain, go away", False)],
)
def test_a_text_is_broken_when_it_is_empty_or_goes_in_circles(text: str, broken: bool) -> None:
    assert is_broken(text) is broken


def test_the_chance_of_so_many_is_a_binomials_tail() -> None:
    assert chance_of(2, 2, 0.05) == pytest.approx(0.0025)
    assert chance_of(0, 10, 0.05) == pytest.approx(1)
