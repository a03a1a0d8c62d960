"""A job's log: numbered, replayable, and small however long the job."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.host.log import JobLog
from generation.wire.errors import UnknownJob
from generation.wire.events import Artifact, Cancelled, Done, Preview, Queued, Started

DONE = Done({}, 1, "m", None)


def kinds(log: JobLog) -> list[str]:
    return [type(numbered.event).__name__ for numbered in log.after(0)]


async def test_the_newest_place_and_the_newest_preview_are_kept_alone() -> None:
    log = JobLog()
    for position in (3, 2, 1):
        log.add(Queued(position, 0.0))
    assert kinds(log) == ["Queued"]
    assert log.place == Queued(1, 0.0)
    log.add(Started())
    for text in ("a", "ab", "abc"):
        log.add(Preview(0, text))
    log.add(Preview(1, "other"))
    assert kinds(log) == ["Started", "Preview", "Preview"]
    log.add(Artifact(0, "text/plain", "d"))
    log.add(DONE)
    assert kinds(log) == ["Started", "Artifact", "Done"]
    assert log.after(0)[-1].n == 10
    assert log.over


async def test_one_who_waits_is_woken_by_news_and_by_nothing_else() -> None:
    log = JobLog()
    log.add(Started())
    await log.changed(0)
    waiting = asyncio.create_task(log.changed(1))
    await asyncio.sleep(0)
    assert log.watched
    assert not waiting.done()
    log.add(Preview(0, "a"))
    await waiting
    assert not log.watched


async def test_a_forgotten_log_ends_every_wait() -> None:
    log = JobLog()
    log.add(Cancelled())
    waiting = asyncio.create_task(log.changed(1))
    await asyncio.sleep(0)
    log.forget()
    with pytest.raises(UnknownJob):
        await waiting


@given(st.lists(st.sampled_from([Queued(1, 0.0), Started(), Preview(0, "a"), Preview(1, "b")]), max_size=40))
def test_numbers_rise_and_the_last_event_is_always_there(events: list) -> None:
    async def check() -> None:
        log = JobLog()
        for n, event in enumerate(events, 1):
            log.add(event)
            assert log.after(n - 1)[-1].event == event
            numbers = [numbered.n for numbered in log.after(0)]
            assert numbers == sorted(set(numbers))

    asyncio.run(check())
