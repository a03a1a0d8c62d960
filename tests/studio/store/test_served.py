"""What was made with what, as both databases tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.store import messages, reactions, served
from studio.store.records import Reaction
from tests.studio.adapters.made import GUILD, a_piece, digest
from tests.studio.made import ADA, BOB, NOW

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from studio.store import Store

ONE, TWO = digest("one"), digest("two")


async def test_first_pieces_opinions_and_forms_are_told_by_version(store: Store) -> None:
    await a_piece(store, "1", adapter=ONE, made_at=NOW + 1)
    await a_piece(store, "2", adapter=ONE, made_at=NOW + 2)
    await a_piece(store, "3", adapter=TWO, made_at=NOW + 3)
    await a_piece(store, "4", adapter=None, made_at=NOW - 1)

    async def first(since: float, limit: int = 9) -> list[str]:
        found = await store.read(lambda db: served.first(db, GUILD, "verse", ONE, since, limit))
        return [output.creation_id for output in found]

    assert await first(NOW) == ["1", "2"]
    assert await first(NOW, limit=1) == ["1"]
    assert await first(NOW + 2) == ["2"]

    def react(db: Connection) -> None:
        for piece, member, emoji in ((1, BOB, "👍"), (1, ADA, "👍"), (3, BOB, "👎"), (4, BOB, "👎")):
            reactions.add(db, Reaction(1000 + piece, member, emoji, NOW + 10 + piece))
        messages.mark_deleted(db, 1003)

    await store.write(react)
    opinions = await store.read(lambda db: served.opinions(db, GUILD, "verse", NOW))
    assert [(each.creation_id, each.member_id, adapter) for each, adapter, _ in opinions] == [("1", BOB, ONE)]
    assert [made_at for _, _, made_at in opinions] == [NOW + 1]
    assert await store.read(lambda db: served.forms(db, GUILD, "verse")) == ["haiku"]
    assert await store.read(lambda db: messages.job_of(db, 1002)) == "2"
    assert await store.read(lambda db: messages.job_of(db, 1)) is None
