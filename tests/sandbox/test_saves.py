"""The world in its file: what a restart keeps."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from sandbox.people import BOT_ROLE_ID
from sandbox.permissions import CREATE_EXPRESSIONS
from sandbox.saves import snapshot
from sandbox.server import Sandbox
from tests.sandbox.drawn import picture

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.world import World

MO = "1100000000000000014"
PNG, STICKER = picture("WEBP", side=64, frames=2), picture()
FIELDS = {"name": "red fox", "description": "", "tags": "🦊"}


def fill(world: World) -> str:
    """One emoji, one sticker, and a bot that may make no more of them. The emoji's id."""
    uri = f"data:image/webp;base64,{base64.b64encode(PNG).decode()}"
    emoji = world.emojis.create(MO, {"name": "fox", "image": uri, "roles": [BOT_ROLE_ID]})
    world.stickers.create(MO, FIELDS, STICKER)
    role = world.guild.roles[BOT_ROLE_ID]
    world.permit(role, role.permissions & ~CREATE_EXPRESSIONS)
    return emoji.id


async def test_emoji_stickers_and_permissions_outlive_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "world.json"
    async with Sandbox.serve(state=state) as first:
        emoji_id = fill(first.world)
        before = first.world.guild
    async with Sandbox.serve(state=state) as second:
        after = second.world.guild
        assert (after.emojis, after.stickers, after.roles) == (before.emojis, before.stickers, before.roles)
        [sticker_id] = after.stickers
        assert second.world.files == {emoji_id: PNG, sticker_id: STICKER}
        second.world.emojis.delete(after.emojis[emoji_id])
    async with Sandbox.serve(state=state) as third:
        assert (third.world.guild.emojis, set(third.world.files)) == ({}, {sticker_id})


async def test_a_file_from_before_there_were_emoji_is_read(tmp_path: Path) -> None:
    state = tmp_path / "world.json"
    async with Sandbox.serve() as sandbox:
        kept = json.loads(snapshot(sandbox.world))
    for key in ("permissions", "emojis", "stickers"):
        del kept[key]
    state.write_text(json.dumps(kept), encoding="utf-8")
    async with Sandbox.serve(state=state) as sandbox:
        assert sandbox.world.guild.emojis == {}
