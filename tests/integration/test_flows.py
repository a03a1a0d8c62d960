"""The real bot over the real wire, through the weather: late, lost and refused answers, vanished places, outages.

The sandbox, the bot and the host are processes; the engine is the fast stand-in, which is not what is tested here.
"""

from __future__ import annotations

import asyncio
import codecs
from typing import TYPE_CHECKING, Any

import pytest

from bench.rig import Rig, labels
from tests.integration.test_killed import fake, settled, unsettled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

EDIT = "/webhooks/*/*/messages/*"
POST = "/channels/*/messages"
CALLBACK = "/interactions/*/*/callback"


async def adjusted(rig: Rig, member: str, message: dict[str, Any], wish: str) -> None:
    """Submit the form that Adjust opened."""
    async with asyncio.timeout(10):
        while not (opened := await rig.call("GET", f"/modals?as={member}")) or opened[0]["title"] != "Adjust":
            await asyncio.sleep(0.05)
    await rig.call(
        "POST", "/interactions",
        {"as": member, "channel": message["channel_id"], "type": "modal", "message": message["id"],
         "custom_id": opened[0]["custom_id"], "fields": {"wish": wish}},
    )  # fmt: skip


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with Rig(tmp_path, settings={"TEXT_MODEL": "fake", "FAKE_TOKENS_PER_SECOND": "400"}) as made:
        yield made


async def fault(rig: Rig, method: str, path: str, status: int | str, **more: Any) -> None:
    await rig.call("POST", "/faults", {"method": method, "path": path, "status": status, "times": 1, **more})


async def requests(rig: Rig, method: str, ending: str) -> list[dict[str, Any]]:
    return [
        e
        for e in await rig.log()
        if e["kind"] == "rest" and e["method"] == method and e["path"].endswith(ending)
    ]


async def test_a_poem_is_acknowledged_grows_and_ends_as_a_card(shared: Rig) -> None:
    await shared.ask("ada", "poem", theme="write me a haiku about autumn dusk, with the word 'hum'", seed=7)
    (message,) = await shared.quiet()
    assert "haiku · “autumn dusk” · with “hum”" in message["content"]
    assert "seed 7" in message["content"]
    assert "⚠️ Not quite a haiku: " in message["content"]  # the stand-in's words are in no form
    assert labels(message) == {"Again", "Vary", "Continue", "Warmer", "Adjust", "Edit brief", "Delete"}
    await settled(shared)
    (message,) = await shared.messages()
    assert {reaction["emoji"]["name"] for reaction in message["reactions"]} == {"👍", "👎"}
    assert message["pinged"] == []


async def test_of_several_drafts_who_asked_picks_one_and_it_becomes_the_piece(shared: Rig) -> None:
    await shared.ask("ada", "poem", theme="autumn dusk", form="haiku", seed=7, drafts=3)
    await settled(shared)
    (message,) = await shared.messages()
    assert labels(message) == {"1", "2", "3", "Again", "Edit brief", "Delete"}
    assert message["reactions"] == []
    second = message["content"].split("**2**")[1].split("**3**")[0].splitlines()[1].strip()
    await shared.press("bo", message, "1")
    await asyncio.sleep(0.5)
    assert "1" in labels((await shared.messages())[0]), "somebody else picked"
    await shared.press("ada", message, "2")
    async with asyncio.timeout(20):
        while len((picked := (await shared.messages())[0])["reactions"]) < 2:
            await asyncio.sleep(0.05)
    assert picked["content"].startswith(second)
    assert "**1**" not in picked["content"]
    assert "number 2 of 3 drafts" in picked["content"]
    assert labels(picked) == {"Again", "Vary", "Continue", "Warmer", "Adjust", "Edit brief", "Delete"}
    assert picked["pinged"] == []


async def test_a_word_that_is_not_shown_never_stands_in_the_channel(shared: Rig) -> None:
    slur = codecs.decode("xvxr", "rot13")
    asked = await shared.command("ada", "poem", theme=f"a {slur} at dusk")
    async with asyncio.timeout(10):
        while not any(e["kind"] == "rest" and asked in e["path"] for e in await shared.log()):
            await asyncio.sleep(0.02)
    (said,) = await shared.messages()
    assert said["flags"] & 64, "only who asked sees it"
    assert "in other words" in said["content"]
    assert slur not in str(said)
    assert unsettled(shared.folder) == []


async def test_cancelling_ends_a_job_and_says_so(tmp_path: Path) -> None:
    async with Rig(tmp_path, settings={"TEXT_MODEL": "fake", "FAKE_TOKENS_PER_SECOND": "2"}) as rig:
        await rig.ask("ada", "story", theme="a slow one", length="long")
        async with asyncio.timeout(20):
            while not (found := await rig.messages()):
                await asyncio.sleep(0.05)
        await rig.press("bo", found[0], "Cancel")
        await asyncio.sleep(0.5)
        assert "Cancel" in labels((await rig.messages())[0]), "somebody else cancelled it"
        await rig.press("ada", found[0], "Cancel")
        (message,) = await rig.quiet()
        assert "Cancelled." in message["content"]
        assert labels(message) == {"Again", "Edit brief", "Delete"}


@pytest.mark.parametrize("after", [False, True], ids=["lost on the way", "taken, then the answer was lost"])
@pytest.mark.parametrize("status", [500, "reset"])
@pytest.mark.parametrize(("method", "path"), [("PATCH", EDIT), ("POST", POST), ("POST", CALLBACK)])
async def test_a_failing_request_is_made_again_without_doubling(
    shared: Rig, method: str, path: str, status: int | str, after: bool
) -> None:
    await fault(shared, method, path, status, after=after, times=1)
    await shared.ask("ada", "story", theme="three pages", length="long")
    await settled(shared)
    messages = [found for found in await shared.messages() if found["author"].get("bot")]
    assert len(messages) == 3, [found["content"][:80] for found in messages]
    assert len({found["content"] for found in messages}) == 3


@pytest.mark.parametrize(("method", "path"), [("PATCH", EDIT), ("POST", POST)])
async def test_a_rate_limit_is_waited_out(shared: Rig, method: str, path: str) -> None:
    await fault(shared, method, path, 429, retry_after=1.0, times=2)
    await shared.ask("ada", "story", theme="three pages", length="long")
    await settled(shared)
    assert len(await shared.messages()) == 3


async def test_a_slow_edit_holds_nobody_else(shared: Rig) -> None:
    await fault(shared, "PATCH", EDIT, "stall", seconds=60, times=1)
    await shared.ask("ada", "poem", theme="slow")
    async with asyncio.timeout(10):
        while not (await shared.call("GET", "/faults"))["holding"]:
            await asyncio.sleep(0.02)
    await shared.ask("bo", "poem", theme="quick")
    async with asyncio.timeout(20):
        while "Again" not in labels((await shared.messages())[1]):
            await asyncio.sleep(0.05)
    assert "Again" not in labels((await shared.messages())[0])
    await shared.call("DELETE", "/faults")
    await settled(shared)


@pytest.mark.parametrize("skew_s", [-600, 600])
async def test_a_clock_that_is_minutes_off_breaks_nothing(rig: Rig, skew_s: int) -> None:
    await rig.call("PATCH", "/settings", {"clock_skew_seconds": skew_s})
    await rig.ask("ada", "poem", theme="rain")
    await settled(rig)
    (message,) = await rig.messages()
    await rig.press("bo", message, "Again")
    await rig.quiet(count=2)


async def test_a_callback_that_came_too_late_leaves_no_job(shared: Rig) -> None:
    await fault(shared, "POST", CALLBACK, "stall", seconds=3.5, after=False)
    await shared.command("ada", "poem", theme="rain")
    await asyncio.sleep(4.5)
    assert unsettled(shared.folder) == []
    assert await shared.messages() == []


async def test_after_the_token_died_the_bots_own_token_delivers(tmp_path: Path) -> None:
    async with Rig(tmp_path, settings={"TEXT_MODEL": "fake", "FAKE_TOKENS_PER_SECOND": "60"}) as rig:
        await rig.call("PATCH", "/settings", {"interaction_token_seconds": 2})
        await rig.ask("ada", "story", theme="three pages", length="long")
        await settled(rig)
        assert any(entry["status"] == 200 for entry in await requests(rig, "PATCH", "")
                   if entry["route"].startswith("/channels/"))  # fmt: skip
        assert len(await rig.messages()) == 3


async def test_a_message_deleted_while_its_job_runs_is_never_posted_again(tmp_path: Path) -> None:
    async with Rig(tmp_path, settings={"TEXT_MODEL": "fake", "FAKE_TOKENS_PER_SECOND": "20"}) as rig:
        await rig.ask("ada", "story", theme="three pages", length="long")
        async with asyncio.timeout(20):
            while not (found := await rig.messages()):
                await asyncio.sleep(0.05)
        await rig.call("DELETE", f"/messages/{found[0]['id']}?as=mo")
        await settled(rig)
        assert await rig.messages() == []


async def test_a_channel_deleted_while_its_job_runs_ends_the_job(tmp_path: Path) -> None:
    async with Rig(tmp_path, settings={"TEXT_MODEL": "fake", "FAKE_TOKENS_PER_SECOND": "60"}) as rig:
        await rig.ask("ada", "story", channel="quiet", theme="three pages", length="long")
        state = await rig.call("GET", "/state?as=ada")
        channel = next(found["id"] for found in state["channels"] if found["name"] == "quiet")
        await asyncio.sleep(0.5)
        await rig.call("DELETE", f"/channels/{channel}")
        await settled(rig)
        await rig.ask("ada", "poem", theme="life goes on")
        await rig.quiet()


async def test_votes_in_a_channel_that_is_deleted_are_gone_with_it_also_while_the_bot_was_away(
    tmp_path: Path,
) -> None:
    import sqlite3

    def recorded() -> int:
        with sqlite3.connect(f"file:{tmp_path / 'data' / 'renga.sqlite'}?mode=ro", uri=True) as base:
            return int(base.execute("select count(*) from reactions").fetchone()[0])

    async def come_to(count: int) -> None:
        async with asyncio.timeout(20):
            while recorded() != count:
                await asyncio.sleep(0.05)

    async with fake(tmp_path) as rig:
        channels = ("poems", "stories", "quiet")
        for channel in channels:
            await rig.ask("ada", "poem", channel=channel, theme="rain")
        await settled(rig)
        for channel in channels:
            (message,) = await rig.messages(channel)
            await rig.call("PUT", f"/messages/{message['id']}/reactions/👍?as=bo")
        await come_to(3)
        await rig.call("DELETE", "/channels/quiet")
        await come_to(2)
        rig.bot.kill()
        await rig.call("DELETE", "/channels/stories")
        await rig.restart_bot()
        await rig.ready()
        await come_to(1)


async def test_where_posts_are_forbidden_a_long_piece_comes_as_a_file(rig: Rig) -> None:
    state = await rig.call("GET", "/state?as=ada")
    channel = next(found["id"] for found in state["channels"] if found["name"] == "poems")
    await rig.call("PATCH", f"/channels/{channel}", {"bot_deny": ["send_messages"]})
    await rig.ask("ada", "story", theme="three pages", length="long")
    await settled(rig)
    told, message = sorted(await rig.messages(), key=lambda found: found["ephemeral_for"] is None)
    assert told["content"].startswith("In this channel I lack Send Messages;")
    (attachment,) = message["attachments"]
    async with rig.session.get(attachment["url"]) as answer:
        assert len(await answer.text()) > 2000


async def test_a_gateway_that_resumes_repeats_and_loses_nothing(shared: Rig) -> None:
    await shared.ask("ada", "story", theme="three pages", length="long")
    await shared.call("POST", "/gateway/drop", {"code": 4000, "resumable": True})
    async with asyncio.timeout(30):
        while not any(entry["kind"] == "gateway" and entry["op"] == 6 and entry["direction"] == "in"
                      for entry in await shared.log()):  # fmt: skip
            await asyncio.sleep(0.05)
    await shared.ask("bo", "poem", theme="afterwards")
    await settled(shared)
    assert len([found for found in await shared.messages() if found["author"].get("bot")]) == 4


async def test_reactions_made_while_the_bot_was_away_are_not_lost(shared: Rig) -> None:
    import sqlite3

    def recorded() -> set[tuple[int, str]]:
        with sqlite3.connect(f"file:{shared.folder / 'data' / 'renga.sqlite'}?mode=ro", uri=True) as base:
            return {(int(row[0]), row[1]) for row in base.execute("select member_id, emoji from reactions")}

    await shared.ask("ada", "poem", theme="rain")
    await settled(shared)
    (message,) = await shared.messages()
    ids = {m["name"]: int(m["id"]) for m in (await shared.call("GET", "/state?as=ada"))["members"]}
    await shared.call("PUT", f"/messages/{message['id']}/reactions/👍?as=ada")
    async with asyncio.timeout(10):
        while recorded() != {(ids["ada"], "👍")}:
            await asyncio.sleep(0.05)
    shared.bot.kill()
    await shared.call("DELETE", f"/messages/{message['id']}/reactions/👍?as=ada")
    await shared.call("PUT", f"/messages/{message['id']}/reactions/👎?as=bo")
    await shared.restart_bot()
    await shared.ready()
    async with asyncio.timeout(10):
        while recorded() != {(ids["bo"], "👎")}:
            await asyncio.sleep(0.05)


async def test_a_locked_database_is_one_sentence_and_no_job(shared: Rig) -> None:
    import sqlite3

    with sqlite3.connect(shared.folder / "data" / "renga.sqlite", isolation_level=None) as base:
        base.execute("begin immediate")
        await shared.ask("ada", "poem", theme="rain")
        async with asyncio.timeout(10):
            while not (found := await shared.messages()):
                await asyncio.sleep(0.05)
        base.execute("rollback")
    assert "could not write this down" in found[0]["content"]
    assert found[0]["ephemeral_for"]
    assert unsettled(shared.folder) == []


async def test_a_wrong_token_stops_start_up_with_one_sentence(tmp_path: Path) -> None:
    async with Rig(
        tmp_path, settings={"TEXT_MODEL": "fake", "DISCORD_TOKEN": "nonsense"}, wait_ready=False
    ) as rig:
        async with asyncio.timeout(30):
            while rig.bot.alive:
                await asyncio.sleep(0.05)
        assert "DISCORD_TOKEN was refused by Discord" in rig.bot.logged()
        assert "Traceback" not in rig.bot.logged()


async def test_every_request_and_answer_is_as_discord_describes_them(rig: Rig) -> None:
    from tests.discord_api.conformance import check

    await rig.ask("ada", "poem", theme="rain", form="haiku")
    await rig.ask("bo", "story", theme="three pages", length="long")
    await settled(rig)
    (first, *_) = await rig.messages()
    await rig.press("bo", first, "Again")
    await rig.press("ada", first, "Edit brief")
    await rig.press("ada", first, "Adjust")
    await adjusted(rig, "ada", first, "make it sadder")
    await rig.ask("ada", "forms")
    await rig.press("cy", first, "Delete")
    await settled(rig)
    await rig.press("ada", first, "Delete")
    await asyncio.sleep(0.5)
    assert check(await rig.log()) > 30


async def test_the_web_face_tells_how_it_is(shared: Rig) -> None:
    async with shared.session.get(f"{shared.web}/health") as answer:
        told = await answer.json()
    assert told["ready"] is True
    assert told["generation"]["ready"] is True
    host = shared.host()
    assert host is not None
    host.suspend()  # as one that hangs: nothing starts it again
    try:
        async with shared.session.get(f"{shared.web}/health") as answer:
            told = await answer.json()
            assert answer.status == 503
    finally:
        host.resume()
    assert told["ready"] is False
    assert told["discord"] is True
    assert told["generation"]["ready"] is False
