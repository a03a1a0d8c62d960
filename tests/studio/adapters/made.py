"""Versions for tests: a row, and a directory with its name."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from finetune.report import Gate
from studio.adapters import versions
from studio.adapters.records import Actor, Folders, Version
from studio.store import creations, jobs, messages, tastes
from studio.store.records import Delivered
from studio.store.taste_records import Taste
from tests.studio.made import MOD, NOW, a_creation, a_job

if TYPE_CHECKING:
    from studio.store import Store
    from studio.store.records import Creation
    from studio.store.taste_records import TasteState, What

GUILD = 1
BASE = "ba5e" * 16
MANAGER = Actor(MOD, manages=True)
NOBODY = Actor(MOD, manages=False)


def digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def a_gate(name: str, *, passed: bool = True, waivable: bool = False) -> dict[str, Any]:
    from dataclasses import asdict

    sentence = f"{name} is {'as it was' if passed else 'off by a third'}."
    return asdict(Gate(name, 1.0, 1.0, 1.3, passed, waivable, sentence))


async def a_version(
    store: Store, folders: Folders, name: str, *, what: What = "adapter", guild_id: int = GUILD,
    state: TasteState = "candidate", made_at: float = NOW, report: dict[str, Any] | None = None, base: str = BASE,
) -> Version:  # fmt: skip
    """A verse version of that name."""
    taste = Taste(
        digest(name), guild_id, "verse", what, digest("snapshot"), base, None, state, made_at, report or {}
    )
    (folders.of(what) / taste.digest).mkdir(parents=True)
    await store.write(lambda db: tastes.add(db, taste))
    return await versions.version(store, folders, guild_id, taste.digest)


async def a_piece(
    store: Store, job_id: str, *, adapter: str | None = None, text: str = "the bell stays where it was",
    made_at: float = NOW + 1,
) -> Creation:  # fmt: skip
    """A finished piece of verse, shown in the message 1000 + its id."""
    from dataclasses import replace

    job = await a_job(store, job_id)
    creation = replace(a_creation(job, text), adapter=adapter, made_at=made_at)

    def keep(db: Any) -> None:
        jobs.end(db, job.id, "made")
        creations.add(db, creation)
        messages.add(db, Delivered(job.id, 0, job.channel_id, 1000 + int(job_id)))

    await store.write(keep)
    return creation
