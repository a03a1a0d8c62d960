"""A simulated server's reactions come through the store as they were, and to the same snapshot each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.taste.community import Community
from bench.taste.evidence import BEGAN_S, reading, snapshot, votes
from bench.taste.samples import Sample
from bench.taste.stored import FIRST_MEMBER, gathered
from studio.taste.labels import read

if TYPE_CHECKING:
    from pathlib import Path

COMMUNITY = Community(voters=8)
SAMPLES = [Sample(f"theme {n % 8}", n, f"a text\nof number {n}\nalone") for n in range(40)]
MADE_AT = COMMUNITY.made_at(len(SAMPLES))
REACTIONS = COMMUNITY.reactions([0.9 if n % 3 else 0.1 for n in range(40)], 200, seed=4)


def test_votes_are_the_same_through_the_store_as_beside_it() -> None:
    known = gathered(SAMPLES, REACTIONS, MADE_AT, BEGAN_S)
    beside = {
        (vote.creation, vote.member + FIRST_MEMBER, vote.up, vote.at) for vote in votes(REACTIONS, MADE_AT)
    }
    assert {(vote.creation, vote.member, vote.up, vote.at) for vote in known.votes} == beside
    now = BEGAN_S + REACTIONS[-1].at
    assert read(known.votes, (), now).labels == reading(REACTIONS, MADE_AT).labels


def test_one_server_gives_one_snapshot(tmp_path: Path) -> None:
    first, again = (snapshot(tmp_path / name, SAMPLES, REACTIONS, MADE_AT, "0" * 64) for name in "ab")
    assert first == again
    assert first.evidence.liked > 0 < first.evidence.disliked
    assert {one.part for one in first.examples} == {"train", "themes", "newest"}
