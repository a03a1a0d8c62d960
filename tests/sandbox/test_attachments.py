"""Pictures on messages: by the bot's token and by interactions, with alt text, sizes, covers and limits."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any

import discord
import pytest

from sandbox.cli import shown
from tests.sandbox.conftest import connected
from tests.sandbox.drawn import picture

if TYPE_CHECKING:
    from tests.sandbox.conftest import Bot, People

PNG = picture(side=128)
WEBP = picture("WEBP", side=256, frames=3)
LIMIT = 10 * 1024 * 1024


def file(name: str = "fox.png", data: bytes = PNG, **how: Any) -> discord.File:
    return discord.File(io.BytesIO(data), name, **how)


@pytest.fixture
def asked() -> asyncio.Queue[discord.Interaction]:
    """The interactions of `/draw`, which answers nothing by itself."""
    return asyncio.Queue()


@pytest.fixture
def bot(bot: Bot, asked: asyncio.Queue[discord.Interaction]) -> Bot:
    @bot.tree.command(description="Draws")
    async def draw(interaction: discord.Interaction) -> None:
        await asked.put(interaction)

    return bot


@pytest.mark.parametrize(("name", "data", "kind", "pixels", "animated"), [
    ("fox.png", PNG, "image/png", 128, False), ("fox.webp", WEBP, "image/webp", 256, True),
    ("fox.webp", picture("WEBP", side=64), "image/webp", 64, False),
    ("fox.gif", picture("GIF", side=32, frames=2), "image/gif", 32, True),
    ("fox.png", picture(side=32, frames=2), "image/png", 32, True), ("fox.jpg", picture("JPEG", 48), "image/jpeg", 48, False),
])  # fmt: skip
async def test_a_picture_has_its_kind_its_size_and_whether_it_moves(
    bot: Bot, people: People, name: str, data: bytes, kind: str, pixels: int, animated: bool
) -> None:
    async with connected(bot):
        [made] = (await bot.place().send(file=file(name, data, description="A fox"))).attachments
        assert (made.content_type, made.width, made.height, made.size) == (kind, pixels, pixels, len(data))
        assert (made.description, made.flags.animated, made.is_spoiler()) == ("A fox", animated, False)
        async with people.session.get(made.url) as answer:
            assert (answer.content_type, await answer.read()) == (kind, data)


async def test_a_covered_picture_says_so(bot: Bot, people: People) -> None:
    async with connected(bot):
        [made] = (await bot.place().send(file=file(spoiler=True))).attachments
        assert (made.filename, made.is_spoiler(), made.flags.spoiler) == ("SPOILER_fox.png", True, True)


async def test_an_interaction_answers_with_pictures_edits_them_and_follows_up(
    bot: Bot, people: People, asked: asyncio.Queue[discord.Interaction]
) -> None:
    async with connected(bot):
        await people.command("draw")
        interaction = await asked.get()
        grid = [file(f"{number}.png", description=f"Fox {number}") for number in range(4)]
        await interaction.response.send_message("four", files=grid)
        [message] = await people.messages()
        assert f"file: 0.png ({len(PNG)} bytes, 128x128) “Fox 0” http" in shown.message(message)
        assert [found["description"] for found in message["attachments"]] == [f"Fox {n}" for n in range(4)]
        assert all("ephemeral" not in found for found in message["attachments"])
        kept = (await interaction.original_response()).attachments
        for _ in range(2):
            one = file("one.webp", WEBP, description="One fox")
            edited = await interaction.edit_original_response(attachments=[kept[2], one])
            assert [found.filename for found in edited.attachments] == ["2.png", "one.webp"]
        assert [found.description for found in edited.attachments] == ["Fox 2", "One fox"]
        async with people.session.get(kept[0].url) as answer:
            assert answer.status == 404
        more = await interaction.followup.send(file=file(description="Another fox"), wait=True)
        assert more.attachments[0].description == "Another fox"
        emptied = await interaction.edit_original_response(attachments=[])
        assert emptied.attachments == []


async def test_a_button_swaps_the_picture_of_its_message(
    bot: Bot, people: People, asked: asyncio.Queue[discord.Interaction]
) -> None:
    class Vary(discord.ui.View):
        @discord.ui.button(label="Vary")
        async def vary(self, interaction: discord.Interaction, _: discord.ui.Button[Vary]) -> None:
            await interaction.response.edit_message(attachments=[file("varied.png", description="Varied")])

    async with connected(bot):
        await people.command("draw")
        await (await asked.get()).response.send_message(file=file(), view=Vary())
        [message] = await people.messages()
        await people.became(await people.press(message, "Vary", "bo"))
        [changed] = (await people.messages())[0]["attachments"]
        assert (changed["filename"], changed["description"]) == ("varied.png", "Varied")


async def test_an_ephemeral_picture_is_marked_and_only_its_owners(
    bot: Bot, people: People, asked: asyncio.Queue[discord.Interaction]
) -> None:
    async with connected(bot):
        await people.command("draw")
        interaction = await asked.get()
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(attachments=[file(description="A secret fox")])
        await interaction.followup.send(file=file("again.png"), ephemeral=True)
        for message in await people.messages():
            [found] = message["attachments"]
            assert found["ephemeral"]
        assert await people.messages(member="bo") == []


async def test_ten_mebibytes_are_the_limit_of_each_file(
    bot: Bot, people: People, asked: asyncio.Queue[discord.Interaction]
) -> None:
    async with connected(bot):
        await people.command("draw")
        interaction = await asked.get()
        assert interaction.filesize_limit == LIMIT
        with pytest.raises(discord.HTTPException) as large:
            await interaction.response.send_message(file=file(data=b"x" * (LIMIT + 1)))
        assert (large.value.status, large.value.code) == (413, 40005)
        await interaction.response.send_message(files=[file(data=b"x" * LIMIT), file("two.png")])
        assert [found["size"] for found in (await people.messages())[0]["attachments"]] == [LIMIT, len(PNG)]


async def test_alt_text_has_its_limit(bot: Bot, people: People) -> None:
    async with connected(bot):
        await bot.place().send(file=file(description="x" * 1024))
        with pytest.raises(discord.HTTPException) as refused:
            await bot.place().send(file=file(description="x" * 1025))
        assert refused.value.code == 50035
        with pytest.raises(discord.HTTPException):
            await bot.place().send(files=[file(f"{number}.png") for number in range(11)])


async def test_a_file_shown_in_an_embed_is_in_the_embed_alone(bot: Bot, people: People) -> None:
    async with connected(bot):
        made = discord.Embed(title="Fox").set_image(url="attachment://fox.png")
        made.set_thumbnail(url="attachment://missing.png").set_footer(
            text="by", icon_url="attachment://icon.png"
        )
        message = await bot.place().send(embed=made, files=[file(), file("icon.png"), file("beside.png")])
        assert [found.filename for found in message.attachments] == ["beside.png"]
        [embed] = message.embeds
        assert (embed.image.width, embed.thumbnail.url) == (128, None)
        for url in (embed.image.url, embed.footer.icon_url):
            async with people.session.get(url or "") as answer:
                assert await answer.read() == PNG
        edited = await message.edit(content="still there")
        assert edited.embeds[0].image.url == embed.image.url
