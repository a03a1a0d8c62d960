"""A piece's page over the real wire: once, whatever is cut off, and never in the text's way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bench.rig import labels
from tests.integration.test_flows import EDIT, fault
from tests.integration.test_killed import fake, held, is_held, settled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bench.rig import Rig

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

VOTE = "/channels/*/messages/*/reactions/*/@me"


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with fake(tmp_path) as made:
        yield made


async def before_its_page(rig: Rig) -> None:
    """Ask for a poem, and wait until all of it is shown but its page: the second vote is held for a while."""
    await rig.call(
        "POST",
        "/faults",
        {"method": "PUT", "path": VOTE, "status": "stall", "seconds": 2.0, "times": 1, "skip": 1},
    )
    await rig.ask("ada", "poem", theme="rain", form="haiku", seed=7)
    await is_held(rig)


async def voted(rig: Rig) -> None:
    async with asyncio.timeout(10):
        while len((await rig.messages())[0]["reactions"]) < 2:
            await asyncio.sleep(0.02)


async def the_message(rig: Rig) -> dict[str, Any]:
    (message,) = await rig.messages()
    assert "seed 7" in message["content"]
    assert labels(message) >= {"Again", "Vary", "Delete"}
    return message


@pytest.mark.parametrize("after", [False, True], ids=["before it took effect", "after it took effect"])
async def test_the_bot_killed_while_a_page_is_on_its_way_shows_it_once(rig: Rig, after: bool) -> None:
    await before_its_page(rig)
    await held(rig, "PATCH", EDIT, 0, after=after)
    await voted(rig)
    await is_held(rig)
    await the_message(rig)
    rig.bot.kill()
    await rig.call("DELETE", "/faults")
    await rig.restart_bot()
    await rig.ready()
    await settled(rig)
    (attachment,) = (await the_message(rig))["attachments"]
    assert attachment["filename"].startswith("haiku-")
    assert "rain" in attachment["description"]


async def test_a_page_that_fails_in_passing_comes_and_one_that_is_refused_leaves_the_text(rig: Rig) -> None:
    await before_its_page(rig)
    await fault(rig, "PATCH", EDIT, 500)
    await settled(rig)
    assert len((await the_message(rig))["attachments"]) == 1
    await rig.call("PATCH", "/settings", {"attachment_size_limit": 50})
    await rig.ask("ada", "poem", theme="rain", form="haiku", seed=7)
    await settled(rig)
    messages = await rig.messages()
    assert [len(message["attachments"]) for message in messages] == [1, 0]
    assert "seed 7" in messages[1]["content"]
