"""Who may change what serves: members who may manage the server, asked at every step, and every change is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.errors import Refusal
from studio.store import audit
from studio.store.taste_records import AuditEntry

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from studio.adapters.records import Actor


def must_manage(actor: Actor) -> None:
    """See that the member may.

    Raises:
        Refusal: they may not, or not any more.
    """
    if not actor.manages:
        raise Refusal("Only members with the permission Manage Server can do that.")


def note(db: Connection, guild_id: int, member_id: int, now: float, action: str, detail: str = "") -> None:
    """Write down who did what; 0 stands for a rule that acted by itself."""
    audit.add(db, AuditEntry(guild_id, member_id, now, action, detail))
