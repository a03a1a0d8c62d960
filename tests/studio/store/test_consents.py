"""Consent as rows: a guild's, and its members'."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.store import consents
from studio.store.taste_records import FORGOTTEN, MemberChoice, TrainingConsent
from tests.studio.made import ADA, BOB, MOD

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from studio.store import Store


async def test_a_guild_says_yes_no_and_yes_again(store: Store) -> None:
    def work(db: Connection) -> None:
        assert consents.of_guild(db, 1) is None
        assert not consents.disable(db, 1, 1.0)
        consents.enable(db, TrainingConsent(1, 2.0, MOD))
        assert consents.disable(db, 1, 3.0)
        assert not consents.disable(db, 1, 4.0)
        assert consents.of_guild(db, 1) == TrainingConsent(1, 2.0, MOD, 3.0)
        consents.enable(db, TrainingConsent(1, 5.0, ADA))
        assert consents.of_guild(db, 1) == TrainingConsent(1, 5.0, ADA)

    await store.write(work)


async def test_a_members_last_word_counts_in_the_guild_where_it_was_said(store: Store) -> None:
    def work(db: Connection) -> None:
        consents.choose(db, MemberChoice(ADA, 1, "opt_in", 1.0, 0.5))
        consents.choose(db, MemberChoice(ADA, 2, "opt_out", 2.0))
        consents.choose(db, MemberChoice(BOB, 1, "opt_out", 2.0))
        assert consents.opted_in(db, 1) == {ADA: MemberChoice(ADA, 1, "opt_in", 1.0, 0.5)}
        consents.choose(db, MemberChoice(ADA, 1, "opt_out", 3.0))
        assert consents.opted_in(db, 1) == {}
        assert [each.choice for each in consents.choices_of(db, ADA)] == ["opt_out", "opt_out"]

    await store.write(work)


async def test_who_is_forgotten_leaves_no_choice_and_no_name(store: Store) -> None:
    def work(db: Connection) -> None:
        consents.enable(db, TrainingConsent(1, 2.0, MOD))
        consents.choose(db, MemberChoice(MOD, 1, "opt_in", 1.0))
        assert consents.forget(db, MOD) == 1
        assert consents.choice(db, MOD, 1) is None
        assert consents.of_guild(db, 1) == TrainingConsent(1, 2.0, FORGOTTEN)

    await store.write(work)
