"""Commands, buttons, forms and autocomplete, from a member's click to the bot's answer."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any

import discord
import pytest
from discord import app_commands

from tests.sandbox.conftest import connected, until

if TYPE_CHECKING:
    from tests.sandbox.conftest import Bot, People

FORMS = ["haiku", "sonnet", "limerick"]


class Brief(discord.ui.Modal, title="Edit brief"):
    theme: discord.ui.TextInput[Brief] = discord.ui.TextInput(label="Theme", max_length=20, custom_id="theme")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"now {self.theme.value}")


class Buttons(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Again", custom_id="again")
    async def again(self, interaction: discord.Interaction, _: discord.ui.Button[Buttons]) -> None:
        await interaction.response.send_message("another one")

    @discord.ui.button(label="Change", custom_id="change")
    async def change(self, interaction: discord.Interaction, _: discord.ui.Button[Buttons]) -> None:
        await interaction.response.edit_message(content="changed")

    @discord.ui.button(label="Later", custom_id="later")
    async def later(self, interaction: discord.Interaction, _: discord.ui.Button[Buttons]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="later")

    @discord.ui.button(label="Brief", custom_id="brief")
    async def brief(self, interaction: discord.Interaction, _: discord.ui.Button[Buttons]) -> None:
        await interaction.response.send_modal(Brief())

    @discord.ui.button(label="Off", custom_id="off", disabled=True)
    async def off(self, interaction: discord.Interaction, _: discord.ui.Button[Buttons]) -> None:
        raise AssertionError

    @discord.ui.select(
        custom_id="pick", options=[discord.SelectOption(label=form, value=form) for form in FORMS]
    )
    async def pick(self, interaction: discord.Interaction, select: discord.ui.Select[Buttons]) -> None:
        await interaction.response.send_message(select.values[0], ephemeral=True)


@pytest.fixture
def refused() -> list[discord.HTTPException]:
    """What Discord's refusals the bot met in a command."""
    return []


@pytest.fixture
def bot(bot: Bot, refused: list[discord.HTTPException]) -> Bot:
    tree = bot.tree

    @tree.error
    async def keep(_: discord.Interaction, error: app_commands.AppCommandError) -> None:
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        assert isinstance(cause, discord.HTTPException), cause
        refused.append(cause)

    @tree.command(description="A poem")
    @app_commands.describe(theme="What about", form="Which form", seed="To get it again")
    async def poem(
        interaction: discord.Interaction, theme: app_commands.Range[str, 1, 50], form: str = "haiku",
        seed: app_commands.Range[int, 0, 10] = 0, friend: discord.Member | None = None,
    ) -> None:  # fmt: skip
        await interaction.response.send_message(
            f"{form} {theme} {seed} {friend and friend.name}", view=Buttons()
        )

    @poem.autocomplete("form")
    async def forms(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=form, value=form) for form in FORMS if current in form]

    @tree.command(description="Deferred, with a file")
    async def slow(interaction: discord.Interaction, ephemeral: bool = False) -> None:
        await interaction.response.defer(ephemeral=ephemeral, thinking=True)
        await interaction.edit_original_response(content="a draft")
        file = discord.File(io.BytesIO(b"text of it"), "poem.txt", description="the poem")
        await interaction.edit_original_response(content="done", attachments=[file])
        await interaction.followup.send("and more", ephemeral=ephemeral)

    @tree.command(description="Answers twice")
    async def twice(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("once")
        adapter = discord.webhook.async_.async_context.get()
        await adapter.create_interaction_response(
            interaction.id, interaction.token, session=interaction._session,
            params=discord.webhook.async_.interaction_response_params(5),
        )  # fmt: skip

    @tree.command(description="Too long")
    async def long(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("x" * 2001)

    @tree.command(description="Never answers")
    async def never(interaction: discord.Interaction) -> None:
        await asyncio.sleep(3.2)
        await interaction.response.send_message("too late")

    @tree.command(description="For moderators")
    @app_commands.default_permissions(manage_guild=True)
    async def retrain(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("training")

    @tree.context_menu(name="Report it")
    async def report(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"reported: {message.content}", ephemeral=True)

    group = app_commands.Group(name="adapter", description="Adapters")

    @group.command(description="Rolls back")
    async def back(interaction: discord.Interaction, name: str) -> None:
        await interaction.response.send_message(f"back to {name}")

    tree.add_command(group)
    return bot


async def test_a_command_is_answered_with_a_message_and_buttons(bot: Bot, people: People) -> None:
    async with connected(bot):
        asked = await people.command("poem", theme="autumn dusk", form="sonnet", seed=3, friend="bo")
        became = await people.became(asked)
        [message] = await people.messages()
        assert became["messages"] == [message["id"]]
        assert message["content"] == "sonnet autumn dusk 3 bo"
        assert message["interaction_metadata"]["user"]["username"] == "ada"
        assert [item["label"] for item in message["components"][0]["components"]] == [
            "Again", "Change", "Later", "Brief", "Off",
        ]  # fmt: skip
        await until(lambda: bot.saw("message"))


@pytest.mark.parametrize(("options", "sentence"), [
    ({}, "/poem needs theme."),
    ({"theme": "  "}, "theme must not be empty."),
    ({"theme": "x" * 51}, "theme must have between 1 and 50 characters; it has 51."),
    ({"theme": "x", "seed": 11}, "seed must be between 0 and 10, not 11."),
    ({"theme": "x", "seed": -1}, "seed must be between 0 and 10, not -1."),
    ({"theme": "x", "seed": "many"}, "seed must be a whole number."),
    ({"theme": "x", "size": 1}, "/poem has no option 'size'; it has theme, form, seed, friend."),
    ({"theme": "x", "friend": "zed"}, "friend: there is no member 'zed'."),
])  # fmt: skip
async def test_options_are_checked_as_discords_client_does(
    bot: Bot, people: People, options: dict[str, Any], sentence: str
) -> None:
    async with connected(bot):
        status, said = await people.raw(
            "POST", "/interactions",
            {"as": "ada", "channel": "poems", "type": "command", "name": "poem", "options": options},
        )  # fmt: skip
        assert (status, said["error"]) == (422, sentence)


async def test_autocomplete_returns_the_bots_choices(bot: Bot, people: People) -> None:
    async with connected(bot):
        said = await people(
            "POST", "/interactions",
            {"as": "ada", "channel": "poems", "type": "autocomplete", "name": "poem", "options": {"form": "son"},
             "focused": "form"},
        )  # fmt: skip
        assert said["choices"] == [{"name": "sonnet", "value": "sonnet"}]


async def test_a_deferred_answer_is_edited_gets_its_file_and_a_follow_up(bot: Bot, people: People) -> None:
    async with connected(bot):
        await people.command("slow")
        more = await people.until_message(lambda found: found["content"] == "and more")
        first = next(found for found in await people.messages() if found["id"] != more["id"])
        assert more["message_reference"]["message_id"] == first["id"]
        assert (first["content"], first["flags"]) == ("done", 0)
        [file] = first["attachments"]
        assert (file["filename"], file["description"]) == ("poem.txt", "the poem")
        async with people.session.get(file["url"]) as answer:
            assert answer.content_type == "text/plain"
            assert await answer.read() == b"text of it"


async def test_an_ephemeral_answer_is_seen_by_its_owner_only(bot: Bot, people: People) -> None:
    async with connected(bot):
        await people.command("slow", ephemeral=True)
        await people.until_message(lambda found: found["content"] == "and more")
        mine = await people.messages()
        assert [found["content"] for found in mine] == ["done", "and more"]
        assert all(found["ephemeral_for"] and found["flags"] & 64 for found in mine)
        assert await people.messages(member="bo") == []
        assert not bot.saw("message")
        with pytest.raises(discord.NotFound) as unknown:
            await bot.place().get_partial_message(int(mine[0]["id"])).edit(content="by the bot's token")
        assert unknown.value.code == 10008
        await people("DELETE", f"/messages/{mine[0]['id']}?as=ada")
        assert [found["content"] for found in await people.messages()] == ["and more"]


async def test_buttons_answer_update_and_defer(bot: Bot, people: People) -> None:
    async with connected(bot):
        await people.became(await people.command("poem", theme="x"))
        [message] = await people.messages()
        await people.became(await people.press(message, "Change", "bo"))
        assert (await people.messages())[0]["content"] == "changed"
        await people.press(message, "Later", "cy")
        await people.until_message(lambda found: found["content"] == "later")
        await people.became(await people.press(message, "Again", "bo"))
        again = (await people.messages())[-1]
        assert again["content"] == "another one"
        assert again["interaction_metadata"]["interacted_message_id"] == message["id"]


async def test_a_disabled_button_cannot_be_pressed(bot: Bot, people: People) -> None:
    async with connected(bot):
        await people.became(await people.command("poem", theme="x"))
        [message] = await people.messages()
        status, said = await people.raw(
            "POST",
            "/interactions",
            {"as": "ada", "type": "button", "message": message["id"], "custom_id": "off"},
        )
        assert (status, said["error"]) == (422, "Off is disabled.")


async def test_a_select_sends_its_values(bot: Bot, people: People) -> None:
    async with connected(bot):
        await people.became(await people.command("poem", theme="x"))
        [message] = await people.messages()
        body = {"as": "ada", "type": "button", "message": message["id"], "custom_id": "pick"}
        assert (await people.raw("POST", "/interactions", body))[0] == 422
        assert (await people.raw("POST", "/interactions", body | {"values": ["epic"]}))[0] == 422
        await people.became(
            (await people("POST", "/interactions", body | {"values": ["sonnet"]}))["interaction"]
        )
        assert (await people.messages())[-1]["content"] == "sonnet"


async def test_a_form_is_opened_filled_in_and_checked(bot: Bot, people: People) -> None:
    async with connected(bot):
        await people.became(await people.command("poem", theme="x"))
        [message] = await people.messages()
        async with people.session.ws_connect(
            f"{people.sandbox.address}/sandbox/v1/events", params={"as": "ada"}
        ) as events:
            await people.press(message, "Brief")
            opened = await events.receive_json()
        assert opened["type"] == "modal_open"
        assert opened["data"]["title"] == "Edit brief"
        assert [field["label"] for field in opened["data"]["fields"]] == ["Theme"]
        form = {
            "as": "ada", "channel": "poems", "type": "modal", "custom_id": opened["data"]["custom_id"],
            "message": message["id"],
        }  # fmt: skip
        assert (await people.raw("POST", "/interactions", form | {"as": "bo", "fields": {"theme": "y"}}))[
            0
        ] == 404
        assert (await people.raw("POST", "/interactions", form | {"fields": {"theme": ""}}))[0] == 422
        assert (await people.raw("POST", "/interactions", form | {"fields": {"theme": "y" * 21}}))[0] == 422
        assert (await people.raw("POST", "/interactions", form | {"fields": {"other": "y"}}))[0] == 422
        await people.became(
            (await people("POST", "/interactions", form | {"fields": {"theme": "frost"}}))["interaction"]
        )
        assert (await people.messages())[-1]["content"] == "now frost"


async def test_a_second_answer_is_refused(
    bot: Bot, people: People, refused: list[discord.HTTPException]
) -> None:
    async with connected(bot):
        await people.command("twice")
        await until(lambda: refused)
        assert (refused[0].status, refused[0].code) == (400, 40060)


async def test_a_message_over_2000_characters_is_refused(
    bot: Bot, people: People, refused: list[discord.HTTPException]
) -> None:
    async with connected(bot):
        await people.command("long")
        await until(lambda: refused)
        assert (refused[0].status, refused[0].code) == (400, 50035)
        assert await people.messages() == []


@pytest.mark.slow
async def test_an_answer_after_three_seconds_is_too_late(
    bot: Bot, people: People, refused: list[discord.HTTPException]
) -> None:
    async with connected(bot):
        asked = await people.command("never")
        assert (await people.became(asked))["state"] == "failed"
        await until(lambda: refused)
        assert (refused[0].status, refused[0].code) == (404, 10062)


async def test_nobody_answers_when_the_bot_is_away(bot: Bot, people: People) -> None:
    async with connected(bot):
        pass
    async with people.session.ws_connect(
        f"{people.sandbox.address}/sandbox/v1/events", params={"as": "ada"}
    ) as events:
        asked = await people.command("poem", theme="x")
        while (told := await events.receive_json())["type"] != "interaction_failed":
            pass
    assert told["data"]["interaction"] == asked
    assert told["data"]["text"] == "The application did not respond"


async def test_a_moderators_command_is_offered_to_moderators_only(bot: Bot, people: People) -> None:
    async with connected(bot):
        names = {
            who: {found["name"] for found in await people("GET", f"/commands?as={who}")}
            for who in ("ada", "mo")
        }
        assert names["mo"] - names["ada"] == {"retrain"}
        status, said = await people.raw(
            "POST", "/interactions", {"as": "ada", "channel": "poems", "type": "command", "name": "retrain"}
        )
        assert (status, said["error"]) == (404, "There is no command /retrain that Ada may use.")


async def test_a_sub_command_is_named_by_its_path(bot: Bot, people: People) -> None:
    async with connected(bot):
        await people.command("adapter", **{"": "back", "name": "spring"})
        await people.until_message(lambda found: found["content"] == "back to spring")


async def test_a_command_of_a_messages_menu_gets_the_message(bot: Bot, people: People) -> None:
    async with connected(bot):
        said = await people("POST", "/messages", {"as": "bo", "channel": "poems", "content": "a rude word"})
        asked = {"as": "ada", "type": "message_command", "name": "Report it", "message": said["id"]}
        made = await people("POST", "/interactions", asked)
        became = await people.became(made["interaction"])
        (answer,) = [m for m in await people.messages() if m["id"] in became["messages"]]
        assert (answer["content"], answer["type"]) == ("reported: a rude word", 23)
        assert answer["interaction_metadata"]["command_type"] == 3
        assert answer["interaction_metadata"]["target_message_id"] == said["id"]
        for wrong, told in (
            ({"name": "poem"}, "There is no command poem"),
            ({"message": "1"}, "sees no message 1"),
        ):
            status, refused = await people.raw("POST", "/interactions", asked | wrong)
            assert (status, told in refused["error"]) == (404, True)
        status, refused = await people.raw(
            "POST", "/interactions", {"as": "ada", "channel": "poems", "type": "command", "name": "Report it"}
        )
        assert (status, refused["error"]) == (404, "There is no command /Report it that Ada may use.")


async def test_syncing_the_same_commands_keeps_their_ids_and_versions(bot: Bot, people: People) -> None:
    async with connected(bot):
        before = {found["name"]: found for found in await people("GET", "/commands?as=mo")}
        bot.tree.remove_command("twice")
        await bot.tree.sync()
        after = {found["name"]: found for found in await people("GET", "/commands?as=mo")}
        assert set(before) - set(after) == {"twice"}
        assert all(after[name] == before[name] for name in after)
        assert {command.name for command in await bot.tree.fetch_commands()} == set(after)


async def test_app_permissions_tell_what_the_channel_denies(bot: Bot, people: People) -> None:
    seen: list[discord.Permissions] = []

    @bot.tree.command(description="Looks")
    async def look(interaction: discord.Interaction) -> None:
        seen.append(interaction.app_permissions)
        await interaction.response.send_message("seen")

    async with connected(bot):
        await people("PATCH", "/channels/poems", {"bot_deny": ["send_messages", "add_reactions"]})
        await people.became(await people.command("look"))
        assert not seen[0].send_messages
        assert not seen[0].add_reactions
        assert seen[0].view_channel
