"""Picking one of a piece's drafts: who asked for them does, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.deliver.rights import GONE
from studio.errors import Refusal
from studio.store import creations, drafts

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from studio.store import Store
    from studio.store.records import Creation


async def choose(
    store: Store, creation_id: str, part: int, *, by_member: int, guild_id: int, now: float
) -> Creation:
    """The piece as the draft `part`, from 0; one that was picked before stays as it was.

    Raises:
        Refusal: it is gone, somebody else's, or has no such draft.
        StoreUnavailable: it could not be written, and nothing is picked.
    """

    def work(db: Connection) -> Creation:
        made = creations.get(db, creation_id)
        if made is None or made.guild_id != guild_id:
            raise Refusal(GONE)
        if made.member_id != by_member:
            raise Refusal("Only the member who asked for these can pick one.")
        picked = next((draft for draft in made.drafts if draft.part == part), None)
        if picked is None:
            raise Refusal("There is no such draft here.")
        if not drafts.choose(db, creation_id, picked, now):
            return made
        chosen = creations.get(db, creation_id)
        assert chosen is not None
        return chosen

    return await store.write(work)
