"""The guild's own emoji: made, listed, renamed, deleted, reacted with; their limits, permissions and hours of waiting."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING, Any

import discord
import pytest

from sandbox.emojis import BYTES, SLOTS
from tests.sandbox.conftest import Bot, connected, until
from tests.sandbox.drawn import heavy, picture

if TYPE_CHECKING:
    from tests.sandbox.conftest import People

PNG = picture(side=128)
MOVING = picture("GIF", side=64, frames=2)


@pytest.fixture
async def bot(point: None) -> Bot:
    return Bot(expressions=True)


async def post(people: People, body: Any) -> tuple[int, Any]:
    """A creation as discord.py would not send it."""
    url = f"{people.sandbox.address}/api/v10/guilds/{people.sandbox.world.guild.id}/emojis"
    async with people.session.post(url, json=body, headers={"Authorization": "Bot sandbox"}) as answer:
        return answer.status, await answer.json()


def uri(data: bytes = PNG, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


async def test_an_emoji_is_made_told_listed_renamed_served_and_deleted(bot: Bot, people: People) -> None:
    async with connected(bot):
        guild = bot.guilds[0]
        made = await guild.create_custom_emoji(name="red_fox", image=PNG, reason="a test")
        assert (made.name, made.animated, made.available, made.user) == ("red_fox", False, True, bot.user)
        await until(lambda: bot.saw("emojis"))
        assert [found.id for found in guild.emojis] == [made.id]
        assert [found.name for found in await guild.fetch_emojis()] == ["red_fox"]
        async with people.session.get(
            f"{people.sandbox.address}/cdn/emojis/{made.id}.webp?size=48"
        ) as answer:
            assert (answer.content_type, await answer.read()) == ("image/png", PNG)
        await (await guild.fetch_emoji(made.id)).edit(name="fox")
        await until(lambda: bot.saw("emojis")[-1] == ["fox"])
        await guild.delete_emoji(made)
        await until(lambda: bot.saw("emojis")[-1] == [])
        with pytest.raises(discord.NotFound) as gone:
            await guild.fetch_emoji(made.id)
        assert gone.value.code == 10014
        async with people.session.get(f"{people.sandbox.address}/cdn/emojis/{made.id}.png") as answer:
            assert answer.status == 404


async def test_a_bot_that_comes_later_finds_the_emoji_there(bot: Bot, people: People) -> None:
    people.sandbox.world.emojis.create("1100000000000000014", {"name": "moon", "image": uri()})
    async with connected(bot):
        assert [str(found) for found in bot.guilds[0].emojis] == [f"<:moon:{bot.guilds[0].emojis[0].id}>"]
        [found] = await bot.guilds[0].fetch_emojis()
        assert found.user is not None
        assert found.user.name == "mo"


@pytest.mark.parametrize(("kind", "how", "animated"), [
    ("PNG", {}, False), ("PNG", {"frames": 2}, False), ("GIF", {}, False), ("GIF", {"frames": 2}, True),
    ("JPEG", {}, False), ("WEBP", {}, False), ("WEBP", {"frames": 2}, True),
])  # fmt: skip
async def test_only_gif_and_webp_move(
    bot: Bot, people: People, kind: str, how: dict[str, int], animated: bool
) -> None:
    async with connected(bot):
        made = await bot.guilds[0].create_custom_emoji(name="it", image=picture(kind, side=64, **how))
        assert made.animated is animated


@pytest.mark.parametrize(("body", "path", "code", "message"), [
    ({"image": uri()}, "name", "BASE_TYPE_REQUIRED", "This field is required"),
    ({"name": "x", "image": uri()}, "name", "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 32 in length."),
    ({"name": "x" * 33, "image": uri()}, "name", "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 32 in length."),
    ({"name": "two words", "image": uri()}, "name", "STRING_TYPE_REGEX",
     "String value did not match validation regex."),
    ({"name": "füchse", "image": uri()}, "name", "STRING_TYPE_REGEX",
     "String value did not match validation regex."),
    ({"name": 7, "image": uri()}, "name", "BASE_TYPE_BAD_TYPE", "Could not interpret the value as string."),
    ({"name": "fox"}, "image", "BASE_TYPE_REQUIRED", "This field is required"),
    ({"name": "fox", "image": "not a picture"}, "image", "IMAGE_INVALID", "Invalid image data"),
    ({"name": "fox", "image": "data:image/png;base64,%%%"}, "image", "IMAGE_INVALID", "Invalid image data"),
    ({"name": "fox", "image": uri(heavy(PNG, BYTES + 1))}, "image", "BINARY_TYPE_MAX_SIZE",
     "File cannot be larger than 256.0 kb."),
])  # fmt: skip
async def test_a_field_that_breaks_a_rule_is_named(
    people: People, body: Any, path: str, code: str, message: str
) -> None:
    status, said = await post(people, body)
    assert (status, said) == (400, {
        "message": "Invalid Form Body", "code": 50035,
        "errors": {path: {"_errors": [{"code": code, "message": message}]}},
    })  # fmt: skip


async def test_a_picture_of_exactly_the_limit_is_taken_and_a_broken_one_is_not(people: People) -> None:
    assert (await post(people, {"name": "fox", "image": uri(heavy(PNG, BYTES))}))[0] == 201
    for data in (b"words", PNG[:-5], picture("WEBP")[:100]):
        status, said = await post(people, {"name": "fox", "image": uri(data)})
        assert (status, said) == (400, {"message": "Invalid Asset", "code": 50046})


async def test_slots_are_fifty_for_stills_and_fifty_for_what_moves(bot: Bot, people: People) -> None:
    await people.settings(expressions_per_hour=1000)
    emojis = people.sandbox.world.emojis
    for number in range(SLOTS):
        emojis.create("1100000000000000014", {"name": f"still_{number}", "image": uri()})
    async with connected(bot):
        guild = bot.guilds[0]
        with pytest.raises(discord.HTTPException) as full:
            await guild.create_custom_emoji(name="one_more", image=PNG)
        assert (full.value.status, full.value.code) == (400, 30008)
        await guild.create_custom_emoji(name="moves", image=MOVING)
        for number in range(SLOTS - 1):
            emojis.create("1100000000000000014", {"name": f"moving_{number}", "image": uri(MOVING, "gif")})
        with pytest.raises(discord.HTTPException) as full:
            await guild.create_custom_emoji(name="one_more", image=MOVING)
        assert full.value.code == 30018
        assert guild.emoji_limit == SLOTS


async def test_making_takes_create_and_others_emoji_take_manage_expressions(bot: Bot, people: People) -> None:
    theirs = people.sandbox.world.emojis.create("1100000000000000014", {"name": "moon", "image": uri()})
    async with connected(bot):
        guild = bot.guilds[0]
        mine = await guild.create_custom_emoji(name="fox", image=PNG)

        async def code(deed: Any) -> int:
            with pytest.raises(discord.Forbidden) as refused:
                await deed
            return refused.value.code

        async def allow(*names: str) -> None:
            both = {"create_expressions", "manage_expressions"}
            await people("PATCH", "/roles/Renga", {"grant": names, "revoke": sorted(both - set(names))})
            await until(
                lambda: guild.me.guild_permissions.create_expressions is ("create_expressions" in names)
            )

        assert await code(guild.delete_emoji(discord.Object(int(theirs.id)))) == 50013
        await allow("manage_expressions")
        assert await code(guild.create_custom_emoji(name="fox_2", image=PNG)) == 50013
        await guild.delete_emoji(discord.Object(int(theirs.id)))
        await mine.edit(name="fox_3")
        await allow()
        assert await code(guild.create_custom_emoji(name="fox_2", image=PNG)) == 50013
        assert await code(mine.edit(name="fox_4")) == 50013
        assert await code(guild.delete_emoji(mine)) == 50013
        [listed] = await guild.fetch_emojis()
        assert listed.user is None
        await allow("create_expressions")
        await guild.delete_emoji(mine)


async def test_the_hour_of_a_guild_bites_without_warning(bot: Bot, people: People) -> None:
    await people.settings(expressions_per_hour=2)
    async with connected(bot):
        guild = bot.guilds[0]
        for name in ("one", "two"):
            await guild.create_custom_emoji(name=name, image=PNG)
        began = time.monotonic()
        with pytest.raises(discord.RateLimited) as limited:
            await guild.create_custom_emoji(name="three", image=PNG)
        assert 3500 < limited.value.retry_after <= 3600
        assert time.monotonic() - began < 5
        assert [found.name for found in await guild.fetch_emojis()] == ["one", "two"]
        [last] = [entry for entry in people.log() if entry["status"] == 429]
        assert not last["response"]["global"]
        await people.settings(expressions_per_hour=3)
        await guild.create_custom_emoji(name="three", image=PNG)


async def test_the_headers_of_the_hour_say_shared_and_that_requests_remain(people: People) -> None:
    await people.settings(expressions_per_hour=1)
    url = f"{people.sandbox.address}/api/v10/guilds/{people.sandbox.world.guild.id}/emojis"
    for expected in (201, 429):
        body = {"name": "fox", "image": uri()}
        async with people.session.post(url, json=body, headers={"Authorization": "Bot sandbox"}) as answer:
            assert answer.status == expected
            headers = answer.headers
    assert (headers["X-RateLimit-Scope"], headers["Via"]) == ("shared", "1.1 sandbox")
    assert int(headers["X-RateLimit-Remaining"]) > 0
    assert 3500 < int(headers["Retry-After"]) <= 3600


async def test_an_hour_long_429_can_be_ordered(bot: Bot, people: People) -> None:
    async with connected(bot):
        await people.fault("POST", "/guilds/*/emojis", status=429, retry_after=3600)
        with pytest.raises(discord.RateLimited) as limited:
            await bot.guilds[0].create_custom_emoji(name="fox", image=PNG)
        assert limited.value.retry_after == 3600


async def test_an_own_emoji_can_be_reacted_with_and_is_known_by_its_id(bot: Bot, people: People) -> None:
    async with connected(bot):
        guild = bot.guilds[0]
        fox = await guild.create_custom_emoji(name="fox", image=MOVING)
        message = await bot.place().send(f"look {fox}")
        await message.add_reaction(fox)
        await people("PUT", f"/messages/{message.id}/reactions/:fox:?as=ada")
        await fox.edit(name="vixen")
        await people("PUT", f"/messages/{message.id}/reactions/vixen:{fox.id}?as=bo")
        [reaction] = (await people.messages())[-1]["reactions"]
        assert (reaction["count"], reaction["emoji"]) == (
            3, {"id": str(fox.id), "name": "fox", "animated": True},
        )  # fmt: skip
        await until(lambda: len(bot.saw("reaction_add")) == 3)
        assert {event.emoji.id for event in bot.saw("reaction_add")} == {fox.id}
        await guild.delete_emoji(fox)
        await people("DELETE", f"/messages/{message.id}/reactions/vixen:{fox.id}?as=bo")
        await people("PUT", f"/messages/{message.id}/reactions/vixen:{fox.id}?as=cy")
        other = await bot.place().send("another")
        with pytest.raises(discord.HTTPException) as unknown:
            await other.add_reaction(fox)
        assert unknown.value.code == 10014
        for emoji in (f"vixen:{fox.id}", ":vixen:"):
            status, said = await people.raw("PUT", f"/messages/{other.id}/reactions/{emoji}?as=ada")
            assert (status, said["error"]) == (404, f"There is no emoji {emoji}.")


async def test_a_typed_name_becomes_the_emoji_but_not_in_code(people: People) -> None:
    fox = people.sandbox.world.emojis.create("1100000000000000014", {"name": "fox", "image": uri()})
    moves = people.sandbox.world.emojis.create("1100000000000000014", {"name": "run", "image": uri(MOVING)})
    typed = f":fox:, :run: :other: 12:30:45 `:fox:` <:fox:{fox.id}>"
    made = await people("POST", "/messages", {"as": "ada", "channel": "poems", "content": typed})
    assert made["content"] == (
        f"<:fox:{fox.id}>, <a:run:{moves.id}> :other: 12:30:45 `:fox:` <:fox:{fox.id}>"
    )


async def test_an_own_emoji_stands_on_buttons_and_in_selects(bot: Bot, people: People) -> None:
    async with connected(bot):
        fox = await bot.guilds[0].create_custom_emoji(name="fox", image=PNG)
        view = discord.ui.View()
        view.add_item(discord.ui.Button(emoji=fox))
        view.add_item(discord.ui.Select(options=[discord.SelectOption(label="Fox", emoji=fox)]))
        await bot.place().send("pick", view=view)
        [message] = await people.messages()
        [button], [select] = (row["components"] for row in message["components"])
        for found in (button["emoji"], select["options"][0]["emoji"]):
            assert (found["id"], found["name"]) == (str(fox.id), "fox")


async def test_the_log_keeps_no_pictures(bot: Bot, people: People) -> None:
    async with connected(bot):
        await bot.guilds[0].create_custom_emoji(name="fox", image=picture(side=128))
        [entry] = [entry for entry in people.log() if entry["method"] == "POST"]
        assert entry["request"]["image"].startswith("data:image/png;base64,")
        assert len(entry["request"]["image"]) < 100


async def test_the_page_is_told_of_each_change(bot: Bot, people: People) -> None:
    address = f"{people.sandbox.address}/sandbox/v1/events"
    async with connected(bot), people.session.ws_connect(address, params={"as": "bo"}) as events:
        await bot.guilds[0].create_custom_emoji(name="fox", image=PNG)
        told = await events.receive_json()
        state = await people("GET", "/state?as=bo")
    assert told["type"] == "expressions_changed"
    assert [found["name"] for found in told["data"]["own_emoji"]] == ["fox"]
    assert state["own_emoji"] == told["data"]["own_emoji"]
    async with people.session.get(state["own_emoji"][0]["url"]) as answer:
        assert await answer.read() == PNG
