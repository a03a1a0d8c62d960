"""What an interaction's token can still do: later, in a channel that is gone, to a message that is gone, and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
import pytest

from tests.sandbox.conftest import connected, until

if TYPE_CHECKING:
    from tests.sandbox.conftest import Bot, People


@pytest.fixture
def kept(bot: Bot) -> list[discord.Interaction]:
    """What came of `/keep`, tokens and all."""
    found: list[discord.Interaction] = []

    @bot.tree.command(description="Keeps its token")
    async def keep(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("mine")
        found.append(interaction)

    return found


async def test_a_token_expires(bot: Bot, people: People, kept: list[discord.Interaction]) -> None:
    async with connected(bot):
        await people.command("keep")
        await until(lambda: kept)
        await kept[0].edit_original_response(content="in time")
        await people.settings(interaction_token_seconds=0)
        with pytest.raises(discord.HTTPException) as late:
            await kept[0].edit_original_response(content="too late")
        assert (late.value.status, late.value.code) == (401, 50027)
        [message] = await people.messages()
        await bot.place().get_partial_message(int(message["id"])).edit(content="by the bot's token")
        assert (await people.messages())[0]["content"] == "by the bot's token"


async def test_a_webhook_cannot_write_into_a_channel_that_is_gone(
    bot: Bot, people: People, kept: list[discord.Interaction]
) -> None:
    async with connected(bot):
        await people.command("keep", channel="quiet")
        await until(lambda: kept)
        await people("DELETE", "/channels/quiet")
        with pytest.raises(discord.NotFound) as edited:
            await kept[0].edit_original_response(content="gone")
        assert edited.value.code == 10008
        with pytest.raises(discord.NotFound) as sent:
            await kept[0].followup.send("gone")
        assert sent.value.code == 10003


async def test_a_member_who_deletes_an_answer_deletes_it_for_the_token_too(
    bot: Bot, people: People, kept: list[discord.Interaction]
) -> None:
    async with connected(bot):
        await people.command("keep")
        await until(lambda: kept)
        [message] = await people.messages()
        await people("DELETE", f"/messages/{message['id']}?as=mo")
        with pytest.raises(discord.NotFound) as edited:
            await kept[0].edit_original_response(content="gone")
        assert edited.value.code == 10008


async def test_edits_by_one_token_share_a_bucket_and_tokens_do_not(
    bot: Bot, people: People, kept: list[discord.Interaction]
) -> None:
    async with connected(bot):
        for _ in range(2):
            await people.command("keep")
        await until(lambda: len(kept) == 2)
        base = f"{people.sandbox.address}/api/v10/webhooks/{bot.application_id}"
        statuses = []
        for interaction in [kept[0]] * 6 + [kept[1]]:
            url = f"{base}/{interaction.token}/messages/@original"
            async with people.session.patch(url, json={"content": "x"}) as answer:
                statuses.append(answer.status)
        assert statuses == [200] * 5 + [429, 200]
