"""From reactions to a picker that serves and back, through the sandbox: the real bot, the real model, a real process that learns.

An adapter's way, whose training takes minutes, is `tests/bot/taste`; training itself is `tests/finetune`.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest

from bench.rig import Rig
from studio.adapters import runs
from studio.store import Store
from tests.generation.lm.conftest import DATA_DIR
from tests.studio.adapters.opinions import opinionated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


async def until(holds: Callable[[], Any], within_s: float = 60.0) -> None:
    async with asyncio.timeout(within_s):
        while not await holds():
            await asyncio.sleep(0.05)


async def test_a_moderator_goes_from_reactions_to_a_picker_and_back_though_the_bot_is_killed_on_the_way(
    tmp_path: Path,
) -> None:
    models = DATA_DIR / "models"  # unpacked once for all tests
    models.mkdir(parents=True, exist_ok=True)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "models").symlink_to(models)
    settings = {"TEXT_MODEL": "smollm2", "PICTURE_MODEL": "none", "PAGES": "off"}
    async with Rig(tmp_path, settings=settings, wait_ready=False) as rig:

        async def speaks() -> bool:
            return bool((await rig.call("GET", "/state?as=ada"))["bot_online"])

        await until(speaks)  # its model loads meanwhile
        state = await rig.call("GET", "/state?as=mo")
        guild_id = int(state["guild"]["id"])
        # opinions on pieces that were shown where the bot cannot look any more, and so leaves them as they are
        elsewhere = next(int(found["id"]) for found in state["channels"] if found["name"] == "quiet")
        await rig.call("PATCH", "/channels/quiet", {"bot_deny": ["view_channel"]})
        commands = {found["name"] for found in await rig.call("GET", "/commands?as=ada")}
        assert {"privacy", "Report"} <= commands
        assert not {"adapters", "Flag", "review"} & commands

        await rig.command("mo", "adapters", **{"": "enable"})
        asked = await rig.seen("off until you turn it on")
        assert asked["ephemeral_for"]
        await rig.press("mo", asked, "Turn it on")
        invitation = await rig.seen("This server can have a taste of its own", member="ada")
        await rig.press("ada", invitation, "Count my votes")
        await rig.seen("your votes count from now on", member="ada")

        path = f"sqlite:///{tmp_path / 'data' / 'renga.sqlite'}"
        async with await Store.open(path, tmp_path / "data" / "pictures") as store:
            await opinionated(store, guild_id=guild_id, now=time.time(), channel_id=elsewhere)
            await rig.command("mo", "adapters", **{"": "list"})
            await rig.seen("Enough for a picker: `/adapters retrain kind:verse`")
            await rig.command("mo", "adapters", **{"": "retrain", "kind": "verse"})
            shown = await rig.seen("🌱 **verse picker**")
            rig.bot.kill()
            assert len(await runs.unfinished(store)) == 1, "what was cut off is not over"
            await rig.restart_bot()
            message = await rig.seen("**verse picker 1** serves from now on")
            assert message["id"] == shown["id"]

        await rig.ask("ada", "poem", theme="the harbour", form="haiku", seed=7)
        piece = await rig.seen("drafts by this server's taste", member="ada")
        flag = {"as": "mo", "type": "message_command", "name": "Flag", "message": piece["id"]}
        await rig.call("POST", "/interactions", flag)
        await rig.seen("Flagged: nothing will be learnt from this as liked.")
        await rig.press("mo", message, "Take it back")
        await rig.seen("took **verse picker 1** back. What I came with serves again.", member="ada")
        await rig.ask("bo", "poem", theme="the harbour", form="haiku", seed=8)
        again = await rig.seen("seed 8 · for <@", member="bo")
        assert "drafts by this server's taste" not in again["content"]
