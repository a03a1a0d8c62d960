"""Deleting the files of pictures that no creation speaks of any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from studio.errors import StoreUnavailable
from studio.store import pictures

if TYPE_CHECKING:
    from collections.abc import Collection

    from studio.store import Store

YOUNG_S = 3600.0
FEW = 10

log = structlog.get_logger(__name__)


async def forget(store: Store, digests: Collection[str]) -> None:
    """Delete those of `digests` that nothing in the store has; call it once the commit that dropped them is made.

    Where the store is away just then they stay, and are swept up at the next start.
    """
    if not digests:
        return
    try:
        async with store.pictures.lock:
            unused = await store.read(lambda db: pictures.unused(db, digests))
            await store.pictures.remove(unused)
            store.pictures.unspoken.difference_update(digests)
    except StoreUnavailable:
        log.warning("pictures_not_forgotten", count=len(digests))


async def forget_unspoken(store: Store) -> None:
    """Delete what was written for a commit that never came."""
    await forget(store, set(store.pictures.unspoken))


async def sweep(store: Store, now: float) -> None:
    """Delete what an earlier life of this process left: files cut off half-way, files without a creation.

    What is younger than an hour may be another process's, whose commit is to come. Where the database knows none of many
    files, it is not the one that they belong to: then nothing is deleted.
    """
    before = now - YOUNG_S
    async with store.pictures.lock:
        await store.pictures.tidy(before)
    found = await store.pictures.digests(before)
    unused = await store.read(lambda db: pictures.unused(db, found))
    if len(unused) == len(found) and len(found) > FEW:
        log.warning("pictures_of_another_database", folder=str(store.pictures.folder), found=len(found))
        return
    await forget(store, unused)
    log.info("pictures_swept", found=len(found), unused=len(unused))
