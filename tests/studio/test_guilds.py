"""Guilds: who is served, and what holds there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from studio import guilds
from studio.errors import Refusal

if TYPE_CHECKING:
    from studio.store import Store


def test_an_empty_list_serves_all_and_any_other_serves_its_own() -> None:
    assert guilds.is_served(1, frozenset())
    assert guilds.is_served(1, {1, 2})
    assert not guilds.is_served(3, {1, 2})


async def test_settings_are_the_usual_ones_until_they_are_set(store: Store) -> None:
    assert (await guilds.settings(store, 1)).weight == 1.0
    await guilds.set_weight(store, 1, 2.0)
    await guilds.set_weight(store, 1, 3.0)
    assert (await guilds.settings(store, 1)).weight == 3.0
    assert (await guilds.settings(store, 2)).weight == 1.0


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf"), 1000.5])
async def test_a_weight_that_is_no_share_is_refused(store: Store, weight: float) -> None:
    with pytest.raises(Refusal):
        await guilds.set_weight(store, 1, weight)
