"""Tastes as rows: which serve, and which go when what they learnt from is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.store import tastes
from studio.store.taste_records import Serving
from tests.studio.store.rows import S1, S2, A, B, C, D, a_taste

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from studio.store import Store


async def test_tastes_are_listed_newest_first_and_by_what_they_are(store: Store) -> None:
    def work(db: Connection) -> None:
        assert tastes.add(db, a_taste(A))
        assert not tastes.add(db, a_taste(A, kind="story"))
        tastes.add(db, a_taste(B, what="adapter", made_at=2e9))
        tastes.add(db, a_taste(C, guild_id=2))
        assert [each.digest for each in tastes.of_guild(db, 1)] == [B, A]
        assert [each.digest for each in tastes.of_guild(db, 1, what="head")] == [A]
        assert tastes.of_guild(db, 1, kind="story") == []
        assert tastes.get(db, A) == a_taste(A)

    await store.write(work)


async def test_what_serves_is_one_pointer_for_each_kind(store: Store) -> None:
    def work(db: Connection) -> None:
        assert tastes.serves(db, 1, "verse") == Serving(1, "verse")
        for what in (Serving(1, "verse", A), Serving(1, "verse", A, B), Serving(1, "story", paused=True)):
            tastes.serve(db, what)
        assert tastes.serves(db, 1, "verse") == Serving(1, "verse", A, B)
        assert tastes.serves(db, 1, "story").paused

    await store.write(work)


async def test_a_revoked_taste_and_what_started_from_it_serve_no_more(store: Store) -> None:
    def work(db: Connection) -> None:
        tastes.add(db, a_taste(A, what="adapter", snapshot=S1, made_at=1.0))
        tastes.add(db, a_taste(B, what="adapter", snapshot=S2, parent=A, made_at=2.0))
        tastes.add(db, a_taste(C, what="adapter", snapshot=S2, parent=B, made_at=3.0))
        tastes.add(db, a_taste(D, snapshot=S2, made_at=4.0))
        tastes.serve(db, Serving(1, "verse", D, C))
        gone = [each.digest for each in tastes.learnt_from(db, [S1])]
        assert gone == [A, B, C]
        tastes.revoke(db, gone)
        assert tastes.serves(db, 1, "verse") == Serving(1, "verse", D, None)
        assert not tastes.set_state(db, C, "serving")
        assert tastes.set_state(db, D, "serving")
        assert [each.state for each in tastes.of_guild(db, 1)] == ["serving", "revoked", "revoked", "revoked"]

    await store.write(work)
