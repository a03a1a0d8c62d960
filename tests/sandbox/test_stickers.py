"""The guild's own stickers: made, listed, changed, deleted; their limits and permissions."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import pytest

from sandbox.stickers import BYTES, SLOTS
from tests.sandbox.conftest import Bot, connected, until
from tests.sandbox.drawn import heavy, picture

if TYPE_CHECKING:
    from tests.sandbox.conftest import People

PNG = picture()
FIELDS = {"name": "red fox", "description": "A red fox", "tags": "🦊"}


@pytest.fixture
async def bot(point: None) -> Bot:
    return Bot(expressions=True)


async def make(bot: Bot, data: bytes = PNG, name: str = "red fox") -> discord.GuildSticker:
    file = discord.File(io.BytesIO(data), "sticker.png")
    return await bot.guilds[0].create_sticker(name=name, description="A red fox", emoji="🦊", file=file)


async def post(people: People, fields: dict[str, str], data: bytes | None = PNG) -> tuple[int, Any]:
    """A creation as discord.py would not send it."""
    form = aiohttp.FormData(fields, default_to_multipart=True)
    if data is not None:
        form.add_field("file", data, filename="sticker.png", content_type="image/png")
    url = f"{people.sandbox.address}/api/v10/guilds/{people.sandbox.world.guild.id}/stickers"
    async with people.session.post(url, data=form, headers={"Authorization": "Bot sandbox"}) as answer:
        return answer.status, await answer.json()


async def test_a_sticker_is_made_told_listed_changed_served_and_deleted(bot: Bot, people: People) -> None:
    async with connected(bot):
        guild = bot.guilds[0]
        made = await make(bot)
        assert (made.name, made.description, made.emoji) == ("red fox", "A red fox", "🦊")
        assert (made.format, made.user, made.guild_id) == (discord.StickerFormatType.png, bot.user, guild.id)
        await until(lambda: bot.saw("stickers") == [["red fox"]])
        assert [found.id for found in guild.stickers] == [made.id]
        assert [found.name for found in await guild.fetch_stickers()] == ["red fox"]
        async with people.session.get(f"{people.sandbox.address}/cdn/stickers/{made.id}.png") as answer:
            assert (answer.content_type, await answer.read()) == ("image/png", PNG)
        changed = await made.edit(name="vixen", description="A vixen", emoji="🌙")
        assert (changed.name, changed.description, changed.emoji) == (
            "vixen",
            "A vixen",
            "CRESCENT_MOON",
        )  # as discord.py writes it
        [shown] = (await people("GET", "/state?as=ada"))["stickers"]
        assert shown["name"] == "vixen"
        await guild.delete_sticker(made)
        await until(lambda: bot.saw("stickers")[-1] == [])
        with pytest.raises(discord.NotFound) as gone:
            await guild.fetch_sticker(made.id)
        assert gone.value.code == 10060


@pytest.mark.parametrize(("data", "kind"), [
    (PNG, "png"), (picture(frames=3), "apng"), (picture("GIF"), "gif"), (picture("GIF", frames=3), "gif"),
])  # fmt: skip
async def test_png_apng_and_gif_are_told_apart(bot: Bot, people: People, data: bytes, kind: str) -> None:
    async with connected(bot):
        assert (await make(bot, data)).format.name == kind


@pytest.mark.parametrize(("fields", "path", "code", "message"), [
    ({"name": ""}, "name", "BASE_TYPE_REQUIRED", "This field is required"),
    ({"name": "x"}, "name", "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 30 in length."),
    ({"name": "x" * 31}, "name", "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 30 in length."),
    ({"description": "x"}, "description", "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 100 in length."),
    ({"description": "x" * 101}, "description", "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 100 in length."),
    ({"tags": ""}, "tags", "BASE_TYPE_REQUIRED", "This field is required"),
    ({"tags": "x" * 201}, "tags", "BASE_TYPE_MAX_LENGTH", "Must be 200 or fewer in length."),
])  # fmt: skip
async def test_a_field_that_breaks_a_rule_is_named(
    people: People, fields: dict[str, str], path: str, code: str, message: str
) -> None:
    status, said = await post(people, FIELDS | fields)
    assert (status, said) == (400, {
        "message": "Invalid Form Body", "code": 50035,
        "errors": {path: {"_errors": [{"code": code, "message": message}]}},
    })  # fmt: skip


async def test_the_description_may_be_empty_but_not_missing_and_the_file_must_be_there(
    people: People,
) -> None:
    assert (await post(people, FIELDS | {"description": ""}))[0] == 201
    status, said = await post(people, {"name": "red fox", "tags": "🦊"})
    assert (status, said["code"]) == (400, 0)
    status, said = await post(people, FIELDS, None)
    assert said["errors"] == {"file": {"_errors": [{
        "code": "BASE_TYPE_REQUIRED", "message": "This field is required",
    }]}}  # fmt: skip


@pytest.mark.parametrize(("data", "code"), [
    (heavy(PNG, BYTES + 1), 50045),
    (picture(side=319), 50046), (picture(side=512), 50046), (picture("WEBP"), 50046), (picture("JPEG"), 50046),
    (PNG[:-5], 50046), (b"{}", 50046),
    (picture(frames=2, ms=2600), 170007), (picture("GIF", frames=2, ms=2600), 170007),
])  # fmt: skip
async def test_a_picture_that_does_not_fit_is_refused(people: People, data: bytes, code: int) -> None:
    status, said = await post(people, FIELDS, data)
    assert (status, said["code"]) == (400, code)
    assert (await people("GET", "/state?as=ada"))["stickers"] == []


async def test_a_picture_of_exactly_the_limit_is_taken(people: People) -> None:
    assert (await post(people, FIELDS, heavy(PNG, BYTES)))[0] == 201
    assert (await post(people, FIELDS, picture(frames=2, ms=2500)))[0] == 201


async def test_there_are_five_slots(bot: Bot, people: People) -> None:
    async with connected(bot):
        for number in range(SLOTS):
            await make(bot, name=f"fox {number}")
        with pytest.raises(discord.HTTPException) as full:
            await make(bot)
        assert (full.value.status, full.value.code) == (400, 30039)
        assert bot.guilds[0].sticker_limit == SLOTS


async def test_permissions_and_the_hour_hold_for_stickers_too(bot: Bot, people: People) -> None:
    theirs = people.sandbox.world.stickers.create("1100000000000000014", FIELDS, PNG)
    await people.settings(expressions_per_hour=1)
    async with connected(bot):
        guild = bot.guilds[0]
        made = await make(bot)
        with pytest.raises(discord.RateLimited) as limited:
            await make(bot)
        assert limited.value.retry_after > 3500
        await guild.create_custom_emoji(name="fox", image=picture(side=128))  # an hour of its own
        with pytest.raises(discord.Forbidden):
            await guild.delete_sticker(discord.Object(int(theirs.id)))
        await people("PATCH", "/roles/Renga", {"revoke": ["create_expressions"]})
        await people.settings(expressions_per_hour=50)
        for deed in (make(bot), made.edit(name="vixen"), guild.delete_sticker(made)):
            with pytest.raises(discord.Forbidden) as refused:
                await deed
            assert refused.value.code == 50013
