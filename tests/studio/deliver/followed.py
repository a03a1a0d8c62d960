"""Following a job in tests: soon again, at one time of day, to the end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from studio.deliver import Pace, follow
from tests.studio.made import BRIEF, NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from generation.wire.client import GenerationClient
    from studio.deliver import Update
    from studio.store import Store
    from studio.store.records import JobRecord

SOON = Pace(first=0.01, longest=0.05, crowded=0.05)
SHORT = replace(BRIEF, length="short")


def clock() -> float:
    return NOW + 1


async def all_of(
    store: Store, generation: GenerationClient, record: JobRecord, *, now: Callable[[], float] = clock
) -> list[Update]:
    return [update async for update in follow(store, generation, record, now, SOON)]
