"""`kill -9` of the bot, of the host, or of both, at any moment, loses no job and doubles no message.

Real processes, real sockets. A point is a request that the sandbox holds, before or after it took effect, and the
bot dies while it waits: so also between a send and its commit. What must hold afterwards is read from the channel.
"""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from bench.rig import Rig, labels

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

HELD_S = 30.0
UNSETTLED = (
    "select id from jobs where settled_at is null"
    " and (outcome is null or outcome not in ('withdrawn', 'undeliverable'))"
)

# what the sandbox holds: (name, method, path, how many pass before it)
REQUESTS = [
    ("the acknowledgement", "POST", "/interactions/*/*/callback", 0),
    ("the first live edit", "PATCH", "/webhooks/*/*/messages/*", 0),
    ("a later edit", "PATCH", "/webhooks/*/*/messages/*", 2),
    ("the second page", "POST", "/channels/*/messages", 0),
    ("the third page", "POST", "/channels/*/messages", 1),
    ("the first vote", "PUT", "/channels/*/messages/*/reactions/*/@me", 0),
    ("the second vote", "PUT", "/channels/*/messages/*/reactions/*/@me", 1),
]


def fake(folder: Path) -> Rig:
    return Rig(folder, settings={"TEXT_MODEL": "fake", "FAKE_TOKENS_PER_SECOND": "400"})


async def held(rig: Rig, method: str, path: str, skip: int, *, after: bool) -> None:
    await rig.call(
        "POST", "/faults",
        {"method": method, "path": path, "status": "stall", "seconds": HELD_S, "after": after, "times": 1, "skip": skip},
    )  # fmt: skip


async def is_held(rig: Rig, within_s: float = 20.0) -> None:
    """Wait until the sandbox really holds a request."""
    async with asyncio.timeout(within_s):
        while not (await rig.call("GET", "/faults"))["holding"]:
            await asyncio.sleep(0.02)


async def settled(rig: Rig, within_s: float = 60.0) -> None:
    """Wait until no job in the store is unfinished."""
    async with asyncio.timeout(within_s):
        while unsettled(rig.folder):
            await asyncio.sleep(0.05)


def unsettled(folder: Path) -> list[str]:
    with sqlite3.connect(f"file:{folder / 'data' / 'renga.sqlite'}?mode=ro", uri=True) as base:
        return [row[0] for row in base.execute(UNSETTLED)]


def custom_ids(message: dict[str, Any]) -> list[str]:
    return [item.get("custom_id", "") for row in message.get("components", []) for item in row["components"]]


async def check_channel(rig: Rig, asked: int) -> None:
    """Every acknowledged wish has its piece, each page once; nothing else was said; nothing still waits."""
    messages = [found for found in await rig.messages() if found["author"].get("bot")]
    answered = [found for found in messages if found["type"] == 20]
    pages: dict[str, list[int]] = {}
    for message in messages:
        assert "Cancel" not in labels(message), message["content"][:100]
        for custom_id in custom_ids(message):
            if match := re.fullmatch(r"renga:page:([^:]+):(\d+)", custom_id):
                pages.setdefault(match[1], []).append(int(match[2]))
    assert len(answered) == asked
    for message in answered:
        job = message["interaction_metadata"]["id"]
        assert sorted(pages[job]) == [0, 1, 2], (job, pages[job])
    assert len(messages) == 3 * asked, [found["content"][:60] for found in messages]
    assert not unsettled(rig.folder)


@pytest.mark.parametrize("after", [False, True], ids=["before it took effect", "after it took effect"])
@pytest.mark.parametrize(
    ("method", "path", "skip"), [point[1:] for point in REQUESTS], ids=[p[0] for p in REQUESTS]
)
async def test_the_bot_killed_while_a_request_is_on_its_way_loses_and_doubles_nothing(
    shared: Rig, method: str, path: str, skip: int, after: bool
) -> None:
    await held(shared, method, path, skip, after=after)
    await shared.command("ada", "story", theme="three pages", length="long")
    await is_held(shared)
    assert len(unsettled(shared.folder)) == 1, "a request left before its job was committed"
    shared.bot.kill()
    await shared.call("DELETE", "/faults")
    await shared.restart_bot()
    await shared.ready()
    await settled(shared)
    acknowledged = not (path.endswith("callback") and not after)
    await check_channel(shared, 1 if acknowledged else 0)


async def test_a_bot_that_comes_back_after_the_token_died_finds_its_answer_in_the_channel(
    tmp_path: Path,
) -> None:
    async with fake(tmp_path) as rig:
        await rig.call("PATCH", "/settings", {"interaction_token_seconds": 3})
        await held(rig, "POST", "/interactions/*/*/callback", 0, after=True)
        await rig.command("ada", "story", theme="three pages", length="long")
        await is_held(rig)
        rig.bot.kill()
        await rig.call("DELETE", "/faults")
        await asyncio.sleep(3.5)  # the token's whole life
        await rig.restart_bot()
        await rig.ready()
        await settled(rig)
        await check_channel(rig, 1)


@pytest.mark.parametrize("seconds", [0.05, 0.2, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("victims", ["bot", "host", "both"])
async def test_processes_killed_in_the_middle_of_several_jobs_lose_and_double_nothing(
    shared: Rig, victims: str, seconds: float
) -> None:
    for number in range(3):
        await shared.ask("ada", "story", theme=f"story {number}", length="long", seed=number)
    await asyncio.sleep(seconds)
    host = shared.host()
    if victims in ("bot", "both"):
        shared.bot.kill()
    if victims in ("host", "both") and host is not None:
        host.kill()
    if victims in ("bot", "both"):
        await shared.restart_bot()
    await shared.ready()
    await settled(shared)
    taken = [
        e
        for e in await shared.log()
        if e["kind"] == "rest" and e["path"].endswith("/callback") and e["status"] < 300
    ]
    await check_channel(shared, len(taken))


async def test_a_store_that_was_killed_mid_write_is_whole(shared: Rig) -> None:
    for number in range(20):
        await shared.ask("bo" if number % 2 else "cy", "poem", theme=f"poem {number}")
    shared.bot.kill()
    with sqlite3.connect(shared.folder / "data" / "renga.sqlite") as base:
        assert base.execute("pragma integrity_check").fetchone() == ("ok",)
    await shared.restart_bot()
    await shared.ready()
    await settled(shared)
    assert json.dumps(unsettled(shared.folder)) == "[]"
