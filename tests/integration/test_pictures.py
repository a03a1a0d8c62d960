"""Pictures over the real wire: the sandbox, the bot and the host are processes; the engine makes tiles, no network.

What is looked at is what a member sees and downloads, and the bot is killed while the answer is on its way.
"""

from __future__ import annotations

import asyncio
import io
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from bench.rig import Rig, labels
from tests.integration.test_flows import EDIT, fault
from tests.integration.test_killed import held, is_held, settled, unsettled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

UNKNOWN = "nameless"  # a word that lies outside what the tiles know
CALLBACK = "/interactions/*/*/callback"


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with Rig(tmp_path, settings={"TEXT_MODEL": "fake", "FAKE_TOKENS_PER_SECOND": "400"}) as made:
        yield made


async def shown(rig: Rig, message: dict[str, Any]) -> Image.Image:
    (attachment,) = message["attachments"]
    async with rig.session.get(attachment["url"]) as answer:
        return Image.open(io.BytesIO(await answer.read()))


async def picture(rig: Rig, **options: Any) -> dict[str, Any]:
    await rig.ask("mo", "picture", **options)
    (message,) = await rig.quiet()
    await settled(rig)
    return message


async def answered(rig: Rig, interaction: str, member: str = "mo") -> dict[str, Any]:
    """The answer to an interaction, once it has come and is no promise."""
    async with asyncio.timeout(20):
        while (found := await rig.call("GET", f"/interactions/{interaction}"))["state"] != "answered":
            await asyncio.sleep(0.05)
    if not found["messages"]:
        return {}
    message: dict[str, Any] = await rig.call("GET", f"/messages/{found['messages'][-1]}?as={member}")
    return message


async def pick(
    rig: Rig, message: dict[str, Any], label: str, member: str = "mo", *, clicks: int = 1
) -> dict[str, Any]:
    """Press a number. The message that shows that picture alone, which comes after the click, or one of them, was answered."""
    pressed = await asyncio.gather(*(rig.press(member, message, label) for _ in range(clicks)))
    async with asyncio.timeout(20):
        while True:
            for interaction in pressed:
                if (found := await answered(rig, interaction, member)).get("id") not in (None, message["id"]):
                    return found
            await asyncio.sleep(0.05)


async def fill(rig: Rig, message: dict[str, Any], label: str, **fields: str) -> dict[str, Any]:
    """Press a button that opens a form, and submit it. The answer."""
    await answered(rig, await rig.press("mo", message, label))
    form = (await rig.call("GET", "/modals?as=mo"))[0]
    said = await rig.call(
        "POST", "/interactions",
        {"as": "mo", "channel": message["channel_id"], "type": "modal", "custom_id": form["custom_id"],
         "fields": fields, "message": message["id"]},
    )  # fmt: skip
    return await answered(rig, said["interaction"])


def pictures_on_disk(rig: Rig) -> list[str]:
    return sorted(path.name for path in (rig.folder / "data" / "pictures").glob("*"))


async def test_a_grid_is_picked_from_varied_and_reacted_to(rig: Rig) -> None:
    message = await picture(rig, theme="a red fox", style="flat", seed=7)
    assert "**red · fox · flat**" in message["content"]
    assert labels(message) == {"1", "2", "3", "4", "Vary", "Again", "Delete"}
    (attachment,) = message["attachments"]
    assert attachment["description"].startswith("A grid of four numbered pictures.")
    assert (await shown(rig, message)).size == (545, 545)
    assert len(pictures_on_disk(rig)) == 4
    large = await pick(rig, message, "3", clicks=2)
    assert (await shown(rig, large)).size == (512, 512)
    assert labels(large) == {"Vary", "Make emoji", "Make sticker", "Delete"}
    await rig.call("PUT", f"/messages/{large['id']}/reactions/👍?as=ada")
    async with asyncio.timeout(10):
        while not _reactions(rig, large["id"]):
            await asyncio.sleep(0.05)
    await rig.press("ada", large, "Vary")
    varied = (await rig.quiet(count=3))[-1]
    assert "variations · “a red fox”" in varied["content"]
    assert varied["attachments"]
    assert len(await rig.messages()) == 3, "a double click picked twice"


def _reactions(rig: Rig, message_id: str) -> list[Any]:
    with sqlite3.connect(f"file:{rig.folder / 'data' / 'renga.sqlite'}?mode=ro", uri=True) as base:
        asked = "select member_id from reactions where message_id = ?"
        return base.execute(asked, (int(message_id),)).fetchall()


async def test_the_same_seed_gives_the_same_pictures_again(rig: Rig) -> None:
    first = await picture(rig, theme="an owl", seed=5, count=2)
    before = pictures_on_disk(rig)
    await rig.ask("ada", "picture", theme="an owl", seed=5, count=2)
    second = (await rig.quiet(count=2))[-1]
    assert pictures_on_disk(rig) == before
    assert (await shown(rig, first)).tobytes() == (await shown(rig, second)).tobytes()
    await rig.press("mo", first, "Delete")
    async with asyncio.timeout(10):
        while len(await rig.messages()) > 1:
            await asyncio.sleep(0.05)
    assert pictures_on_disk(rig) == before, "a file went that another creation has"
    await rig.press("ada", second, "Delete")
    async with asyncio.timeout(10):
        while pictures_on_disk(rig):
            await asyncio.sleep(0.05)


async def test_a_mix_and_a_morph_start_from_earlier_pictures(rig: Rig) -> None:
    await picture(rig, theme="an owl", count=1)
    found = await rig.call(
        "POST", "/interactions",
        {"as": "mo", "channel": "poems", "type": "autocomplete", "name": "mix", "focused": "first",
         "options": {"first": "owl"}},
    )  # fmt: skip
    (owl,) = [choice["value"] for choice in found["choices"]]
    await rig.ask("mo", "mix", first=owl, second="a fox", steps=6)
    mix = (await rig.quiet(count=2))[-1]
    strip = await shown(rig, mix)
    assert strip.width > 4 * strip.height
    await rig.ask("mo", "morph", first=owl, second="a fox", spoiler=True)
    morph = (await rig.quiet(count=3))[-1]
    moving = await shown(rig, morph)
    assert (moving.format, moving.size, moving.info["loop"]) == ("WEBP", (256, 256), 0)
    assert getattr(moving, "n_frames", 1) > 2
    assert morph["attachments"][0]["filename"].startswith("SPOILER_")
    assert morph["attachments"][0]["description"]


async def test_a_theme_outside_what_is_known_is_said_and_one_in_no_known_language_is_one_sentence(
    shared: Rig,
) -> None:
    message = await picture(shared, theme=f"a {UNKNOWN} thing")
    assert f"“a {UNKNOWN} thing” lies outside what I know" in message["content"]
    await shared.ask("ada", "picture", theme="рыжая лиса")
    refused = (await shared.quiet(count=2))[-1]
    assert "⚠️" in refused["content"]
    assert labels(refused) == {"Again", "Delete"}
    await shared.ask("ada", "picture", theme="a fox")
    assert (await shared.quiet(count=3))[-1]["attachments"], "the queue stood still"


async def test_an_emoji_and_a_sticker_are_made_by_who_may_and_by_nobody_else(rig: Rig) -> None:
    message = await picture(rig, theme="a red fox", count=1)
    said = await fill(rig, message, "Make emoji", name="sly_fox")
    assert "is now an emoji of this server" in said["content"]
    said = await fill(rig, message, "Make sticker", name="Sly fox", tag="🦊")
    assert "is now a sticker of this server, found by 🦊." in said["content"]
    state = await rig.call("GET", "/state?as=mo")
    assert [emoji["name"] for emoji in state["own_emoji"]] == ["sly_fox"]
    assert [sticker["name"] for sticker in state["stickers"]] == ["Sly fox"]
    said = await fill(rig, message, "Make emoji", name="Sly_Fox")
    assert "has an emoji named Sly_Fox already; how about Sly_Fox_2?" in said["content"]
    refused = await answered(rig, await rig.press("ada", message, "Make emoji"), "ada")
    assert "you need the permission Create Expressions" in refused["content"]
    await rig.call("PATCH", "/roles/Renga", {"revoke": ["create_expressions"]})
    refused = await answered(rig, await rig.press("mo", message, "Make sticker"))
    assert "I need the permission Create Expressions" in refused["content"]


async def test_an_hour_of_waiting_and_full_places_are_told_at_once(rig: Rig) -> None:
    message = await picture(rig, theme="a red fox", count=1)
    await rig.call("PATCH", "/settings", {"expressions_per_hour": 1})
    assert "is now an emoji" in (await fill(rig, message, "Make emoji", name="one"))["content"]
    said = await fill(rig, message, "Make emoji", name="two")
    assert "again in about 60 minutes; the picture and its buttons stay here." in said["content"]
    assert labels(message) >= {"Make emoji", "Make sticker"}
    await rig.call("PATCH", "/settings", {"expressions_per_hour": 50})
    for number in range(5):
        assert (
            "is now a sticker" in (await fill(rig, message, "Make sticker", name=f"fox {number}"))["content"]
        )
    said = await fill(rig, message, "Make sticker", name="fox 5")
    assert "All places for stickers in this server are taken" in said["content"]


@pytest.mark.parametrize("after", [False, True], ids=["before it took effect", "after it took effect"])
@pytest.mark.parametrize(("method", "path"), [("POST", CALLBACK), ("PATCH", EDIT)])
async def test_the_bot_killed_while_an_answer_is_on_its_way_loses_and_doubles_nothing(
    shared: Rig, method: str, path: str, after: bool
) -> None:
    await held(shared, method, path, 0, after=after)
    await shared.command("ada", "picture", theme="a red fox")
    await is_held(shared)
    assert len(unsettled(shared.folder)) == 1
    shared.bot.kill()
    await shared.call("DELETE", "/faults")
    await shared.restart_bot()
    await shared.ready()
    await settled(shared)
    messages = [found for found in await shared.messages() if found["author"].get("bot")]
    if path == CALLBACK and not after:
        assert messages == []
        return
    (message,) = messages
    assert len(message["attachments"]) == 1
    assert (await shown(shared, message)).size == (545, 545)
    large = await pick(shared, message, "2", "bo")
    assert large["attachments"]


async def test_a_host_killed_while_it_paints_is_given_the_job_again(tmp_path: Path) -> None:
    async with Rig(tmp_path, settings={"TEXT_MODEL": "fake", "FAKE_TOKENS_PER_SECOND": "4"}) as rig:
        await rig.ask("ada", "picture", theme="a red fox")
        await asyncio.sleep(1.0)
        host = rig.host()
        assert host is not None
        host.kill()
        (message,) = await rig.quiet()
        await settled(rig)
        (message,) = await rig.messages()
        assert len(message["attachments"]) == 1


async def test_where_files_must_be_small_the_grid_is_smaller_and_at_last_one_sentence(rig: Rig) -> None:
    message = await picture(rig, theme="a red fox", seed=1)
    size = message["attachments"][0]["size"]
    await rig.call("PATCH", "/settings", {"attachment_size_limit": size - 1})
    await rig.ask("ada", "picture", theme="a red fox", seed=1)
    smaller = (await rig.quiet(count=2))[-1]
    assert smaller["attachments"][0]["size"] < size
    await rig.call("PATCH", "/settings", {"attachment_size_limit": 50})
    await rig.ask("ada", "picture", theme="a red fox", seed=1)
    refused = (await rig.quiet(count=3))[-1]
    assert "These pictures are larger than the files that Discord takes here" in refused["content"]
    assert refused["attachments"] == []
    await settled(rig)


async def test_a_picture_refused_on_its_way_is_shown_the_next_time(shared: Rig) -> None:
    await fault(shared, "PATCH", EDIT, 500, times=2)
    message = await picture(shared, theme="a red fox")
    assert len(message["attachments"]) == 1


async def test_every_request_and_answer_is_as_discord_describes_them(rig: Rig) -> None:
    from tests.discord_api.conformance import check

    message = await picture(rig, theme="a red fox", count=2, spoiler=True)
    large = await pick(rig, message, "1")
    await fill(rig, large, "Make emoji", name="sly_fox")
    await fill(rig, large, "Make sticker", name="Sly fox", tag="🦊")
    await answered(rig, await rig.press("mo", message, "Vary"))
    await rig.ask("ada", "mix", first="a fox", second="an owl")
    await rig.ask("ada", "morph", first="a fox", second="an owl")
    await rig.quiet(count=4)
    await settled(rig)
    assert check(await rig.log()) > 20
