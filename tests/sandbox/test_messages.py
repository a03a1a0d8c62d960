"""Messages, files, reactions, permissions and limits, by the bot's own token."""

from __future__ import annotations

import asyncio
import io
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import pytest

from tests.sandbox.conftest import connected, until
from tests.sandbox.drawn import picture

if TYPE_CHECKING:
    from tests.sandbox.conftest import Bot, People

ADA, BO, CY = "1100000000000000011", "1100000000000000012", "1100000000000000013"


def file(data: bytes = b"data", name: str = "a.bin") -> discord.File:
    return discord.File(io.BytesIO(data), name)


async def test_an_enforced_nonce_makes_one_message(bot: Bot, people: People) -> None:
    async with connected(bot):
        made = [await bot.place().send("once", nonce="job-1-part-0") for _ in range(2)]
        assert made[0].id == made[1].id
        assert made[0].nonce == "job-1-part-0"
        await bot.place().send("once", nonce="job-1-part-1")
        assert len(await people.messages()) == 2
        with pytest.raises(discord.HTTPException):
            await bot.place().send("x", nonce="n" * 26)


async def test_a_lost_answer_is_not_doubled_with_a_nonce(bot: Bot, people: People) -> None:
    async with connected(bot):
        await people.fault("POST", "/channels/*/messages", status=500, after=True)
        await bot.place().send("once", nonce="n1")
        assert [found["content"] for found in await people.messages()] == ["once"]
        statuses = [entry["status"] for entry in people.log() if entry["method"] == "POST"]
        assert statuses == [500, 200]


async def test_a_reset_connection_is_a_client_error_with_or_without_effect(bot: Bot, people: People) -> None:
    async with connected(bot):
        await people.fault("POST", "/channels/*/messages", status="reset")
        with pytest.raises((aiohttp.ClientError, OSError)):
            await bot.place().send("lost", file=file(b"x" * 200_000))
        assert await people.messages() == []
        await people.fault("POST", "/channels/*/messages", status="reset", after=True)
        with pytest.raises((aiohttp.ClientError, OSError)):
            await bot.place().send("there")
        assert [found["content"] for found in await people.messages()] == ["there"]


async def test_a_stall_delays_the_answer(bot: Bot, people: People) -> None:
    async with connected(bot):
        await people.fault("POST", "/channels/*/messages", status="stall", seconds=0.3)
        began = time.monotonic()
        await bot.place().send("slow")
        assert time.monotonic() - began >= 0.3


async def test_a_stalled_request_is_counted_and_can_be_let_go(bot: Bot, people: People) -> None:
    async with connected(bot):
        await people.fault("POST", "/channels/*/messages", status="stall", seconds=60, skip=1)
        await bot.place().send("passes")
        sending = asyncio.create_task(bot.place().send("held"))
        while (await people("GET", "/faults"))["holding"] == 0:
            await asyncio.sleep(0.01)
        assert [found["content"] for found in await people.messages()] == ["passes"]
        await people("DELETE", "/faults")
        await sending
        assert [found["content"] for found in await people.messages()] == ["passes", "held"]


async def test_an_ordered_429_is_waited_out_by_discord_py(bot: Bot, people: People) -> None:
    async with connected(bot):
        await people.fault("POST", "/channels/*/messages", status=429, retry_after=0.1)
        await bot.place().send("after all")
        assert [entry["status"] for entry in people.log() if entry["method"] == "POST"] == [429, 200]


@pytest.mark.slow
async def test_a_bucket_bites_and_its_headers_spare_discord_py(bot: Bot, people: People) -> None:
    async with connected(bot):
        began = time.monotonic()
        for number in range(7):
            await bot.place().send(str(number))
        assert time.monotonic() - began > 3
        assert 429 not in {entry["status"] for entry in people.log()}
    headers = {"Authorization": "Bot sandbox"}
    url = f"{people.sandbox.address}/api/v10/channels/1100000000000000102/messages"
    for _ in range(6):
        async with people.session.post(url, json={"content": "x"}, headers=headers) as answer:
            said = await answer.json()
    assert answer.status == 429
    assert answer.headers["Via"]
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert answer.headers["Content-Type"] == "application/json"
    assert 0 < said["retry_after"] <= 5


async def test_fifty_requests_a_second_are_the_limit_over_all(bot: Bot, people: People) -> None:
    await people.settings(global_requests_per_second=3)
    headers = {"Authorization": "Bot sandbox"}
    answers = []
    for path in ("users/@me", "gateway/bot", "users/@me/guilds", "applications/@me"):
        async with people.session.get(f"{people.sandbox.address}/api/v10/{path}", headers=headers) as answer:
            answers.append(
                (answer.status, (await answer.json()).get("global") if answer.status == 429 else None)
            )
    assert answers == [(200, None)] * 3 + [(429, True)]


async def test_files_are_kept_listed_served_and_dropped(bot: Bot, people: People) -> None:
    async with connected(bot):
        message = await bot.place().send(
            "two", files=[file(b"one", "one.txt"), file(picture(side=3), "two.png")]
        )
        drawn = message.attachments[1]
        assert (drawn.width, drawn.height, drawn.content_type) == (3, 3, "image/png")
        assert await message.attachments[0].read() == b"one"
        for _ in range(3):
            message = await message.edit(attachments=[file(b"new", "new.txt")])
            assert [kept.filename for kept in message.attachments] == ["new.txt"]
        message = await message.edit(attachments=[*message.attachments, file(b"more", "more.txt")])
        assert [kept.filename for kept in message.attachments] == ["new.txt", "more.txt"]
        with pytest.raises(discord.NotFound):
            await drawn.read()
        last = message.attachments[0]
        await message.delete()
        with pytest.raises(discord.NotFound):
            await last.read()


async def test_a_file_over_the_limit_is_refused(bot: Bot, people: People) -> None:
    await people.settings(attachment_size_limit=1000)
    async with connected(bot):
        with pytest.raises(discord.HTTPException) as refused:
            await bot.place().send(file=file(b"x" * 1001))
        assert (refused.value.status, refused.value.code) == (413, 40005)
        await bot.place().send(file=file(b"x" * 1000))
        await people.settings(attachment_size_limit=10 * 1024 * 1024)
        with pytest.raises(discord.HTTPException) as large:
            await bot.place().send(file=file(b"x" * (10 * 1024 * 1024 + 1)))
        assert large.value.status == 413


async def test_reactions_come_and_go_and_are_listed_in_pages(bot: Bot, people: People) -> None:
    async with connected(bot):
        message = await bot.place().send("vote")
        await message.add_reaction("👍")
        for who in ("cy", "ada", "bo"):
            await people("PUT", f"/messages/{message.id}/reactions/👍?as={who}")
        await people("PUT", f"/messages/{message.id}/reactions/👍?as=ada&burst=true")
        await people("DELETE", f"/messages/{message.id}/reactions/👍?as=cy")
        await until(lambda: bot.saw("reaction_remove"))
        assert bot.saw("reaction_add")[-1].message_author_id == bot.application_id
        reaction = (await message.fetch()).reactions[0]
        assert (reaction.normal_count, reaction.burst_count, reaction.me) == (3, 1, True)
        users = {user.name async for user in reaction.users(limit=None)}
        assert users == {"renga", "ada", "bo"}
        assert [user.name async for user in reaction.users(type=discord.ReactionType.burst)] == ["ada"]
        after = discord.Object(int(ADA))
        assert [user.name async for user in reaction.users(after=after)] == ["bo"]
        assert [user.name async for user in reaction.users(limit=1)] == ["renga"]
        await people("DELETE", f"/messages/{message.id}/reactions?as=mo&emoji=👍")
        await until(lambda: bot.saw("reaction_clear_emoji"))
        await people("DELETE", f"/messages/{message.id}/reactions?as=mo")
        await until(lambda: bot.saw("reaction_clear"))
        assert (await people.messages())[0]["reactions"] == []


async def test_an_unknown_emoji_is_refused(bot: Bot, people: People) -> None:
    async with connected(bot):
        message = await bot.place().send("vote")
        with pytest.raises(discord.HTTPException) as refused:
            await message.add_reaction("thumbsup")
        assert refused.value.code == 10014


async def test_denied_permissions_are_enforced(bot: Bot, people: People) -> None:
    async with connected(bot):
        place = bot.place()
        message = await place.send("here")
        mine = place.get_partial_message(message.id)

        async def denied(*names: str) -> None:
            await people("PATCH", "/channels/poems", {"bot_deny": names})

        async def code(deed: Any) -> int:
            with pytest.raises(discord.HTTPException) as refused:
                await deed
            return refused.value.code

        await denied("send_messages")
        assert await code(place.send("x")) == 50013
        await denied("attach_files")
        assert await code(place.send(file=file())) == 50013
        await denied("add_reactions")
        assert await code(mine.add_reaction("👍")) == 50013
        await people("PUT", f"/messages/{message.id}/reactions/👍?as=ada")
        await mine.add_reaction("👍")
        await denied("read_message_history")
        assert [found async for found in place.history()] == []
        assert await code(place.send("x", reference=mine)) == 160002
        await denied("view_channel")
        assert await code(mine.edit(content="x")) == 50001
        await denied()
        await mine.edit(content="again")
        assert await code(mine.clear_reactions()) == 50013


async def test_the_bot_cannot_touch_what_others_wrote(bot: Bot, people: People) -> None:
    async with connected(bot):
        made = await people("POST", "/messages", {"as": "ada", "channel": "poems", "content": "mine"})
        theirs = bot.place().get_partial_message(int(made["id"]))
        with pytest.raises(discord.Forbidden) as edited:
            await theirs.edit(content="yours")
        assert edited.value.code == 50005
        with pytest.raises(discord.Forbidden) as deleted:
            await theirs.delete()
        assert deleted.value.code == 50013


@pytest.mark.parametrize(("content", "allowed", "pinged"), [
    (f"<@{ADA}> <@{BO}>", None, [ADA, BO]),
    (f"<@{ADA}> <@{BO}>", discord.AllowedMentions.none(), []),
    (f"<@{ADA}> <@{BO}>", discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(BO)]), [BO]),
    (f"`<@{ADA}>` ```\n<@{BO}>```", None, []),
    ("@everyone", None, [ADA, BO, CY, "1100000000000000015", "1100000000000000016", "1100000000000000014"]),
    ("@everyone @here", discord.AllowedMentions.none(), []),
    ("<@&1100000000000000004>", None, ["1100000000000000014"]),
    ("<@&1100000000000000004>", discord.AllowedMentions(roles=False), []),
])  # fmt: skip
async def test_allowed_mentions_decide_who_is_pinged(
    bot: Bot, people: People, content: str, allowed: discord.AllowedMentions | None, pinged: list[str]
) -> None:
    async with connected(bot):
        extra = {} if allowed is None else {"allowed_mentions": allowed}
        await bot.place().send(content, **extra)  # type: ignore[arg-type]
        assert (await people.messages())[-1]["pinged"] == pinged


async def test_a_reply_pings_its_author_where_it_may(bot: Bot, people: People) -> None:
    async with connected(bot):
        made = await people("POST", "/messages", {"as": "ada", "channel": "poems", "content": "hello"})
        theirs = bot.place().get_partial_message(int(made["id"]))
        await bot.place().send("loud", reference=theirs)
        await bot.place().send("quiet", reference=theirs, mention_author=False)
        _, loud, quiet = await people.messages()
        assert (loud["pinged"], quiet["pinged"]) == ([ADA], [])
        assert loud["referenced_message"]["content"] == "hello"


async def test_history_is_read_before_after_and_around(bot: Bot, people: People) -> None:
    async with connected(bot):
        ids = [
            int(
                (await people("POST", "/messages", {"as": "ada", "channel": "quiet", "content": str(n)}))[
                    "id"
                ]
            )
            for n in range(6)
        ]
        place = bot.place("quiet")

        async def read(**asked: Any) -> list[int]:
            return [ids.index(found.id) async for found in place.history(**asked)]

        at = discord.Object(ids[3])
        assert await read(limit=2) == [5, 4]
        assert await read(before=at, limit=2) == [2, 1]
        assert await read(after=at) == [4, 5]
        assert sorted(await read(around=at, limit=3)) == [2, 3, 4]


async def test_people_delete_their_own_messages_and_moderators_any(bot: Bot, people: People) -> None:
    async with connected(bot):
        message = await bot.place().send("a poem")
        assert (await people.raw("DELETE", f"/messages/{message.id}?as=ada"))[0] == 403
        await people("DELETE", f"/messages/{message.id}?as=mo")
        await until(lambda: bot.saw("message_delete"))
        with pytest.raises(discord.NotFound):
            await message.edit(content="x")


async def test_a_direct_message_reaches_its_recipient_alone(bot: Bot, people: People) -> None:
    async with connected(bot):
        user = await bot.fetch_user(int(ADA))
        await user.send("between us")
        assert [found["content"] for found in await people.messages("direct")] == ["between us"]
        assert [found["name"] for found in (await people("GET", "/state?as=ada"))["channels"]][-1] == "direct"
        assert "direct" not in [found["name"] for found in (await people("GET", "/state?as=bo"))["channels"]]


@pytest.mark.parametrize("body", [
    {}, {"content": "   "}, {"content": "x" * 2001}, {"content": 7}, {"embeds": [{"description": "x" * 4097}]},
    {"embeds": [{"title": "x"}] * 11}, {"embeds": [{"description": "x" * 4000}] * 2},
    {"components": [{"type": 1, "components": []}]}, {"components": [{"type": 2, "style": 1, "custom_id": "x", "label": "x"}]},
    {"components": [{"type": 1, "components": [{"type": 2, "style": 1, "custom_id": "x" * 101, "label": "x"}]}]},
    {"components": [{"type": 1, "components": [{"type": 2, "style": 1, "custom_id": "x"}]}]},
    {"components": [{"type": 1, "components": [{"type": 2, "style": 1, "custom_id": "x", "label": "x"}] * 2}]},
    {"components": [{"type": 1, "components": [{"type": 2, "style": 1, "custom_id": str(n), "label": "x"} for n in range(6)]}]},
    {"content": "x", "allowed_mentions": {"parse": ["users"], "users": [ADA]}},
    {"content": "x", "attachments": [{"id": "5", "filename": "missing"}]},
    {"content": "x", "message_reference": {"message_id": "5"}},
])  # fmt: skip
async def test_a_message_against_the_limits_is_refused(people: People, body: dict[str, Any]) -> None:
    url = f"{people.sandbox.address}/api/v10/channels/1100000000000000101/messages"
    async with people.session.post(url, json=body, headers={"Authorization": "Bot sandbox"}) as answer:
        assert answer.status == 400
    assert await people.messages() == []


async def test_an_unknown_route_fails_loudly(people: People) -> None:
    async with people.session.get(f"{people.sandbox.address}/api/v10/guilds/1/scheduled-events") as answer:
        assert answer.status == 501
        assert (await answer.json())["message"] == "The sandbox has no GET /guilds/1/scheduled-events."


async def test_discords_clock_can_be_put_ahead(bot: Bot, people: People) -> None:
    await people.settings(clock_skew_seconds=600)
    async with connected(bot):
        message = await bot.place().send("from the future")
        assert 590 < message.created_at.timestamp() - time.time() < 610
        for emoji in ("👍", "👎"):
            await message.add_reaction(emoji)


@pytest.mark.parametrize("headers", [{"Origin": "https://example.org"}, {"Host": "example.org"}])
async def test_other_pages_may_not_speak_to_the_people_side(people: People, headers: dict[str, str]) -> None:
    url = f"{people.sandbox.address}/sandbox/v1/state?as=ada"
    async with people.session.get(url, headers=headers) as answer:
        assert answer.status == 403
