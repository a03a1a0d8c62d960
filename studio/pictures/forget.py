"""Deleting the files of pictures that no creation speaks of any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from studio.errors import StoreUnavailable
from studio.store import pictures

if TYPE_CHECKING:
    from collections.abc import Collection

    from studio.store import Store

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
    except StoreUnavailable:
        log.warning("pictures_not_forgotten", count=len(digests))


async def sweep(store: Store) -> None:
    """Delete what an earlier life of this process left: files cut off half-way, files without a creation."""
    async with store.pictures.lock:
        await store.pictures.tidy()
    found = await store.pictures.digests()
    await forget(store, found)
    log.info("pictures_swept", found=len(found))
