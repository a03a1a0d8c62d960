"""Jobs on their way where something lasting is in it, in a simulated Discord (simcord)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from studio import deliver
from studio.store import jobs

if TYPE_CHECKING:
    from studio.store import Store
    from tests.bot.conftest import InstantHost

pytestmark = pytest.mark.simcord(settle_timeout=20.0)


@pytest.fixture(autouse=True)
def _tries_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.runs.RETRY_S", (0.0,))


async def test_a_piece_that_can_never_be_shown_is_told_with_the_reference_of_the_log_and_kept(
    scene: Any, store: Store, host: InstantHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, ada, _ = scene
    monkeypatch.setattr("bot.cards.finished", lambda *_, **__: 1 / 0)
    await ada.slash(channel, "poem", theme="rain")
    assert "This could not be shown here. (ref " in channel.last_message.content
    (job_id,) = host.jobs
    assert await deliver.creation(store, job_id) is not None
    assert await deliver.unsettled(store) == []


async def test_a_job_that_can_never_be_followed_is_over_and_counts_against_nobody(
    scene: Any, store: Store, host: InstantHost, guild: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, ada, _ = scene
    monkeypatch.setattr("studio.deliver.follow", lambda *_: 1 / 0)
    await ada.slash(channel, "poem", theme="rain")
    assert "This could not be shown here. (ref " in channel.last_message.content
    assert await store.read(lambda db: jobs.unfinished(db, guild.id, ada.id)) == (0, 0)
    assert await deliver.unsettled(store) == []
    assert len(host.cancelled) == 1
