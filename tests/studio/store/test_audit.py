"""The log of who did what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.store import audit
from studio.store.taste_records import FORGOTTEN, AuditEntry
from tests.studio.made import ADA, MOD

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from studio.store import Store


async def test_the_log_is_read_newest_first_and_keeps_what_a_forgotten_member_did(store: Store) -> None:
    def work(db: Connection) -> None:
        for at, member in enumerate((MOD, ADA, MOD)):
            audit.add(db, AuditEntry(1, member, float(at), "promote", f"the {at}th"))
        audit.add(db, AuditEntry(2, ADA, 9.0, "pause", "elsewhere"))
        assert [entry.at for entry in audit.of_guild(db, 1, limit=2)] == [2.0, 1.0]
        assert [entry.guild_id for entry in audit.of_member(db, ADA)] == [1, 2]
        assert audit.forget(db, ADA) == 2
        assert audit.of_guild(db, 1)[1] == AuditEntry(1, FORGOTTEN, 1.0, "promote", "the 1th")

    await store.write(work)
