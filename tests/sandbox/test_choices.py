"""Members, roles and channels that a member chooses, in options and in selects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from tests.sandbox.conftest import connected

if TYPE_CHECKING:
    from tests.sandbox.conftest import Bot, People


async def test_members_roles_and_channels_can_be_chosen(bot: Bot, people: People) -> None:
    chosen: list[Any] = []

    class Pickers(discord.ui.View):
        @discord.ui.select(cls=discord.ui.UserSelect, custom_id="who", max_values=2)
        async def who(self, interaction: discord.Interaction, select: discord.ui.UserSelect[Pickers]) -> None:
            chosen.extend(select.values)
            await interaction.response.defer()

        @discord.ui.select(cls=discord.ui.ChannelSelect, custom_id="where")
        async def where(
            self, interaction: discord.Interaction, select: discord.ui.ChannelSelect[Pickers]
        ) -> None:
            chosen.extend(select.values)
            await interaction.response.defer()

    @bot.tree.command(description="Chooses")
    async def choose(
        interaction: discord.Interaction, place: discord.TextChannel, role: discord.Role, who: discord.User
    ) -> None:
        chosen.extend([place, role, who])
        await interaction.response.send_message("chosen", view=Pickers())

    async with connected(bot):
        await people.became(await people.command("choose", place="stories", role="Moderators", who="cy"))
        [message] = await people.messages()
        body = {"as": "ada", "type": "button", "message": message["id"]}
        picked = await people("POST", "/interactions", body | {"custom_id": "who", "values": ["bo", "mo"]})
        await people.became(picked["interaction"])
        picked = await people("POST", "/interactions", body | {"custom_id": "where", "values": ["quiet"]})
        await people.became(picked["interaction"])
        assert [found.name for found in chosen] == ["stories", "Moderators", "cy", "bo", "mo", "quiet"]
        status, said = await people.raw(
            "POST", "/interactions", body | {"custom_id": "who", "values": ["zed"]}
        )
        assert (status, said["error"]) == (422, "The select: there is no member 'zed'.")
