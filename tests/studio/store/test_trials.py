"""Trials as rows: one at a time, one vote of a member on a pair, and none after the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.store import trials
from studio.store.taste_records import TrialVote
from tests.studio.made import ADA, BOB
from tests.studio.store.rows import a_pair, a_trial

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from studio.store import Store


async def test_a_trial_goes_on_alone_until_it_ends(store: Store) -> None:
    def work(db: Connection) -> None:
        assert trials.begin(db, a_trial())
        assert not trials.begin(db, a_trial("t2"))
        trials.count(db, "t1", 5, 2)
        assert trials.end(db, "t1", "candidate", 8.0)
        assert not trials.end(db, "t1", "incumbent", 9.0)
        assert trials.get(db, "t1") == a_trial(ended_at=8.0, outcome="candidate", wins=5, losses=2)
        assert trials.begin(db, a_trial("t2", began_at=2e9))
        assert [trial.id for trial in trials.going_on(db)] == ["t2"]
        assert [trial.id for trial in trials.of_guild(db, 1)] == ["t2", "t1"]

    await store.write(work)


async def test_a_member_has_one_vote_on_a_pair_and_none_once_the_trial_has_ended(store: Store) -> None:
    def work(db: Connection) -> None:
        assert not trials.add_pair(db, a_pair()), "no such trial"
        trials.begin(db, a_trial())
        assert trials.add_pair(db, a_pair())
        assert not trials.add_pair(db, a_pair())
        trials.pair_shown(db, "p1", 77)
        assert trials.pair(db, "p1") == a_pair(message_id=77)
        assert trials.vote(db, TrialVote("p1", BOB, True, 1.0))
        assert not trials.vote(db, TrialVote("p1", BOB, False, 2.0))
        assert not trials.vote(db, TrialVote("p9", BOB, False, 2.0))
        trials.end(db, "t1", "incumbent", 3.0)
        assert not trials.vote(db, TrialVote("p1", ADA, True, 4.0))
        assert not trials.add_pair(db, a_pair("p2"))
        assert trials.votes(db, "t1") == [TrialVote("p1", BOB, True, 1.0)]
        assert trials.votes_of_guild(db, 1, "verse") == trials.votes(db, "t1")
        assert trials.pairs_of_guild(db, 1, "story") == []

    await store.write(work)


async def test_who_is_forgotten_leaves_no_vote_and_no_theme(store: Store) -> None:
    def work(db: Connection) -> None:
        trials.begin(db, a_trial())
        trials.add_pair(db, a_pair())
        trials.add_pair(db, a_pair("p2", asked_by=BOB, made_at=2e9))
        for pair, member in (("p1", BOB), ("p2", ADA)):
            trials.vote(db, TrialVote(pair, member, True, 1.0))
        assert trials.of_member(db, ADA) == ([a_pair()], [TrialVote("p2", ADA, True, 1.0)])
        assert trials.forget(db, ADA) == (1, 1)
        assert [pair.id for pair in trials.pairs(db, "t1")] == ["p2"]
        assert trials.votes(db, "t1") == []

    await store.write(work)
