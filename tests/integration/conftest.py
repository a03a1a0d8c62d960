"""One Renga for all tests that leave it as they found it: starting one takes longer than most of them do.

A test that changes the sandbox's settings, roles or emoji, or needs an empty store or another speed, starts its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.integration.test_killed import fake, settled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bench.rig import Rig


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with the one Renga need the event loop that it lives on."""
    for item in items:
        if isinstance(item, pytest.Function) and "shared" in item.fixturenames:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def standing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rig]:
    async with fake(tmp_path_factory.mktemp("renga")) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def shared(standing: Rig) -> Rig:
    """Renga with nothing said in it: its bot runs and owes nothing, and no request is held or refused."""
    await standing.call("DELETE", "/faults")
    if not standing.bot.alive:
        await standing.restart_bot()
    await standing.ready()
    await standing.sweep()
    await settled(standing)
    return standing
