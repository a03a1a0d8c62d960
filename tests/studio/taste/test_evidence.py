"""How much labels come to."""

from __future__ import annotations

from studio.taste.evidence import HEAD, Evidence, evidence, missing
from studio.taste.labels import Label, Reading, read
from tests.studio.taste.cast import NOW, a_vote, many


def test_labels_are_counted_as_they_will_be_learnt_from() -> None:
    reading = Reading(
        (
            Label("1", 0.9, 0.8, 3), Label("2", 0.2, 0.6, 2), Label("3", 0.55, 0.1, 2),
            Label("4", 0.0, 1.0, 4, flagged=True),
        ),
        voters=6,
        cliques=(),
    )  # fmt: skip
    assert evidence(reading, pairs=3) == Evidence(liked=1, disliked=1, voters=6, weight=1.4, pairs=3)


def test_every_vote_from_one_member_is_one_voter() -> None:
    votes = [a_vote(piece, 1, up=piece % 2 == 0) for piece in range(80)]
    said = missing(evidence(read(votes, (), NOW)), HEAD)
    assert said is not None
    assert "1 voter;" in said


def test_all_votes_alike_have_nothing_to_be_told_from() -> None:
    said = missing(evidence(read(many(range(8), dict.fromkeys(range(40), True)), (), NOW)), HEAD)
    assert said is not None
    assert " 0 disliked" in said or said.startswith("0 liked")
