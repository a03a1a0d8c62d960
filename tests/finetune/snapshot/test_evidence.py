"""The one table of thresholds, and the sentence that says what is short."""

from __future__ import annotations

from dataclasses import replace

import pytest

from finetune.snapshot import HEAD, PAIRS, TRAINING, Evidence, Needs, missing

ENOUGH = Evidence(liked=20, disliked=20, voters=10, weight=60.0, pairs=300)


def test_a_refusal_says_exactly_what_is_there_and_what_is_needed() -> None:
    short = Evidence(liked=31, disliked=7, voters=4, weight=30.0)
    assert missing(short) == "31 liked, 7 disliked, 4 voters; 10, 10 and 5 are needed"


def test_one_voter_is_told_as_one() -> None:
    assert missing(Evidence(9, 0, 1, 3.0)) == "9 liked, 0 disliked, 1 voter; 10, 10 and 5 are needed"


@pytest.mark.parametrize("needs", [HEAD, TRAINING, PAIRS])
def test_what_is_just_enough_is_enough(needs: Needs) -> None:
    assert missing(ENOUGH, needs) is None


@pytest.mark.parametrize("what", ["liked", "disliked", "voters", "weight"])
def test_one_too_few_of_anything_is_not_enough(what: str) -> None:
    least = Evidence(HEAD.liked, HEAD.disliked, HEAD.voters, HEAD.weight)
    assert missing(least) is None
    assert missing(replace(least, **{what: getattr(least, what) - 1})) is not None


def test_votes_that_contradict_one_another_are_not_evidence() -> None:
    torn = Evidence(liked=40, disliked=40, voters=9, weight=18.2)
    assert missing(torn) == "40 liked, 40 disliked, 9 voters, who agree on 18 pieces' worth; 25 are needed"


def test_true_pairs_ask_for_voters_and_pairs_alone() -> None:
    few = Evidence(liked=0, disliked=0, voters=10, weight=0.0, pairs=12)
    assert missing(few, PAIRS) == "10 voters, 12 pairs; 10 and 300 are needed"
