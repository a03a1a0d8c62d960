"""The simulation that justifies the constants, in small: `python -m bench.taste.labelling` has all of it (docs/taste.md)."""

from __future__ import annotations

from statistics import fmean

import pytest

from bench.taste.evidence import votes
from bench.taste.labelling import (
    RUSHES,
    Friends,
    Server,
    accuracy,
    friends_left,
    read,
    server,
    shift,
    votes_right,
)
from studio.taste.evidence import HEAD, evidence, missing
from studio.taste.reliability import dawid_skene, weight

SEEDS = (200, 201)


@pytest.fixture(scope="module")
def servers() -> dict[int, Server]:
    """Of 25 voters, 15 % of them contrary and 10 % careless, with 900 votes on 300 pieces."""
    return {seed: server(seed, 900) for seed in SEEDS}


def test_labels_are_right_more_often_than_the_votes_they_come_from(servers: dict[int, Server]) -> None:
    for one in servers.values():
        assert votes_right(one) < 0.75
        assert fmean(accuracy(one, read(one))) > votes_right(one) + 0.08
        assert missing(evidence(read(one)), HEAD) is None


@pytest.mark.parametrize("name", ["five minutes", "half an hour", "they wait for the piece"])
def test_a_brigade_of_six_is_named_and_hardly_moves_what_is_picked(
    servers: dict[int, Server], name: str
) -> None:
    moved = []
    for seed, one in servers.items():
        rush = RUSHES[name].reactions(one, seed)
        (group,) = read(one, rush).cliques
        assert group == {vote.member for vote in rush}
        moved.append(shift(one, rush, seed))
    assert fmean(moved) < 3


def test_without_the_collapse_a_brigade_is_who_is_believed_most(servers: dict[int, Server]) -> None:
    one = servers[SEEDS[0]]
    rush = RUSHES["five minutes"].reactions(one, SEEDS[0])
    believed = dawid_skene(votes([*one.reactions, *rush], one.made_at))
    accounts = {vote.member for vote in rush}
    assert (
        min(believed[member] for member in accounts)
        > max(sure for member, sure in believed.items() if member not in accounts) - 0.05
    )
    assert all(weight(believed[member]) == 1.0 for member in accounts)


@pytest.mark.parametrize("together", [0.0, 0.3, 0.5])
def test_three_honest_friends_who_like_the_same_are_not_taken_for_one(
    servers: dict[int, Server], together: float
) -> None:
    for seed, one in servers.items():
        counts_for, named = friends_left(one, Friends(together).reactions(one, seed))
        assert not named
        assert counts_for > 1.3
        if together == 0:
            assert counts_for > 2.9


@pytest.mark.parametrize("prompt", [0.0, 0.5, 1.0])
def test_nobody_is_named_where_all_are_honest_however_prompt_they_are(prompt: float) -> None:
    assert read(server(SEEDS[0], 900, prompt)).cliques == ()
