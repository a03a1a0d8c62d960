"""The people's side and its switches: what is refused, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest

from sandbox import permissions
from sandbox.gateway.dispatches import Dispatch
from sandbox.gateway.frames import encoder
from sandbox.gateway.sessions import REMEMBERED, Session
from sandbox.snowflake import EPOCH_MS, Snowflakes
from tests.sandbox.conftest import connected

if TYPE_CHECKING:
    from tests.sandbox.conftest import Bot, People


@pytest.mark.parametrize(("method", "path", "body", "status", "sentence"), [
    ("GET", "/state?as=zed", None, 404, "There is no member 'zed'; there are ada, bo, cy, di, ed, mo."),
    ("GET", "/state?as=renga", None, 404, "There is no member 'renga'; there are ada, bo, cy, di, ed, mo."),
    ("GET", "/channels/attic/messages?as=ada", None, 404, "There is no channel 'attic'; there are poems, stories, quiet."),
    ("POST", "/messages", {"as": "ada", "channel": "poems", "content": ""}, 422, "Cannot send an empty message."),
    ("POST", "/interactions", {"as": "ada", "type": "wave"}, 422,
     "An interaction's type is command, autocomplete, message_command, button or modal, not 'wave'."),
    ("POST", "/faults", {"method": "GET", "path": "*", "status": "explode"}, 422,
     'A fault\'s status is a number, "reset" or "stall".'),
    ("POST", "/faults", {"status": 500, "when": "now"}, 422,
     "A fault has no when; it has after, json, method, path, retry_after, seconds, skip, status, times."),
    ("PATCH", "/channels/poems", {"bot_deny": ["sing"]}, 422, "There is no permission 'sing'."),
    ("PATCH", "/roles/Renga", {"grant": ["sing"]}, 422, "There is no permission 'sing'."),
    ("PATCH", "/roles/King", {}, 404, "There is no role 'King'; there are @everyone, Moderators, Renga."),
    ("PATCH", "/settings", {"colour": 1}, 422, ("There is no setting 'colour'; there are interaction_token_seconds, "
     "clock_skew_seconds, attachment_size_limit, global_requests_per_second, expressions_per_hour, heartbeat_interval_seconds, log.")),
    ("PATCH", "/settings", {"log": 1}, 422, "log is like True, not 1."),
    ("PATCH", "/settings", {"attachment_size_limit": -1}, 422, "attachment_size_limit cannot be negative."),
    ("POST", "/guild", {"bot": "dance"}, 422, '"bot" is remove, add, unavailable or available.'),
    ("GET", "/interactions/5", None, 404, "There was no interaction 5."),
    ("GET", "/log?after=x", None, 422, "after is the number of a log entry."),
    ("DELETE", "/messages/5?as=ada", None, 404, "Ada sees no message 5."),
])  # fmt: skip
async def test_a_refusal_is_one_sentence(
    people: People, method: str, path: str, body: Any, status: int, sentence: str
) -> None:
    assert await people.raw(method, path, body) == (status, {"error": sentence})


async def test_the_room_is_described_to_whoever_asks(people: People) -> None:
    state = await people("GET", "/state?as=mo")
    assert state["me"]["display_name"] == "Mo"
    assert state["me"]["moderator"]
    assert [member["name"] for member in state["members"]] == ["ada", "bo", "cy", "di", "ed", "mo", "renga"]
    assert state["guild"]["name"] == "Renga Garden"
    assert not state["bot_online"]


async def test_the_log_holds_requests_and_frames_without_tokens(bot: Bot, people: People) -> None:
    @bot.tree.command(description="Answers")
    async def hello(interaction: discord.Interaction) -> None:
        tokens.append(interaction.token)
        await interaction.response.defer()
        await interaction.edit_original_response(content="hello")

    tokens: list[str] = []
    async with connected(bot):
        asked = await people.command("hello")
        await people.until_message(lambda found: found["content"] == "hello")
        entries = (await people("GET", "/log"))["entries"]
        assert tokens[0] not in str(entries)
        sent = next(entry for entry in entries if entry.get("t") == "INTERACTION_CREATE")
        answered = next(entry for entry in entries if entry.get("route", "").endswith("/callback"))
        edited = next(entry for entry in entries if entry.get("method") == "PATCH")
        assert sent["data"]["id"] == answered["interaction"] == edited["interaction"] == asked
        assert sent["at"] <= answered["at"] <= answered["answered_at"] <= edited["at"]
        last = entries[-1]["n"]
        assert (await people("GET", f"/log?after={last}"))["entries"] == []
        await people.settings(log=False)
        await people.command("hello")
        assert (await people("GET", f"/log?after={last}"))["entries"] == []


async def test_every_event_of_a_message_is_told_to_the_page(bot: Bot, people: People) -> None:
    async with (
        connected(bot),
        people.session.ws_connect(
            f"{people.sandbox.address}/sandbox/v1/events", params={"as": "bo"}
        ) as events,
    ):
        message = await bot.place().send("one")
        await message.edit(content="two")
        await message.add_reaction("👍")
        await message.remove_reaction("👍", bot.user)  # type: ignore[arg-type]
        await message.delete()
        told = [await events.receive_json() for _ in range(5)]
    assert [event["type"] for event in told] == [
        "message_create", "message_update", "reaction_add", "reaction_remove", "message_delete",
    ]  # fmt: skip
    assert told[2]["data"]["reactions"][0]["count"] == 1
    assert not told[2]["data"]["reactions"][0]["me"]


async def test_a_bot_that_types_and_leaves_is_noticed(bot: Bot, people: People) -> None:
    async with people.session.ws_connect(
        f"{people.sandbox.address}/sandbox/v1/events", params={"as": "bo"}
    ) as events:
        async with connected(bot):
            async with bot.place().typing():
                pass
            assert (await events.receive_json()) == {"type": "bot_status", "data": {"online": True}}
        assert (await events.receive_json()) == {"type": "bot_status", "data": {"online": False}}


COMMAND = {"name": "poem", "description": "A poem"}
OPTION = {"name": "theme", "description": "What about", "type": 3}


@pytest.mark.parametrize("commands", [
    [{"name": "poem"}],
    [COMMAND | {"name": "Poem"}],
    [COMMAND | {"name": "two words"}],
    [COMMAND | {"name": "x" * 33}],
    [COMMAND | {"description": "x" * 101}],
    [COMMAND, COMMAND],
    [COMMAND | {"options": [OPTION | {"name": str(number)} for number in range(26)]}],
    [COMMAND | {"options": [OPTION, OPTION]}],
    [COMMAND | {"options": [OPTION, OPTION | {"name": "form", "required": True}]}],
    [COMMAND | {"options": [OPTION | {"type": 12}]}],
    [COMMAND | {"options": [OPTION | {"choices": [{"name": "x", "value": "x"}] * 26}]}],
    [COMMAND | {"options": [OPTION | {"autocomplete": True, "choices": [{"name": "x", "value": "x"}]}]}],
    [COMMAND | {"name": f"c{number}"} for number in range(101)],
])  # fmt: skip
async def test_commands_against_the_limits_are_refused(people: People, commands: list[Any]) -> None:
    url = f"{people.sandbox.address}/api/v10/applications/1100000000000000002/commands"
    async with people.session.put(url, json=commands, headers={"Authorization": "Bot sandbox"}) as answer:
        assert answer.status == 400
    assert await people("GET", "/commands?as=mo") == []


async def test_a_guilds_command_hides_the_global_one_of_its_name(bot: Bot, people: People) -> None:
    guild = discord.Object(1100000000000000001)

    @bot.tree.command(description="for all")
    async def poem(_: discord.Interaction) -> None:
        raise AssertionError

    async with connected(bot):
        bot.tree.copy_global_to(guild=guild)
        local = await bot.tree.sync(guild=guild)
        [seen] = await people("GET", "/commands?as=ada")
        assert seen["id"] == str(local[0].id)
        await local[0].edit(description="for us")
        assert (await people("GET", "/commands?as=ada"))[0]["description"] == "for us"
        await local[0].delete()
        [seen] = await people("GET", "/commands?as=ada")
        assert seen["description"] == "for all"
        assert await people("GET", "/commands?as=ada&channel=direct") == [seen]


async def test_a_command_can_be_used_in_the_direct_channel(bot: Bot, people: People) -> None:
    @bot.tree.command(description="Where")
    async def where(interaction: discord.Interaction) -> None:
        assert interaction.guild is None
        await interaction.response.send_message("only here")

    async with connected(bot):
        await people.command("where", channel="direct")
        found = await people.until_message(lambda message: message["content"], channel="direct")
        assert found["content"] == "only here"


async def test_a_roles_permissions_can_be_given_and_taken(bot: Bot, people: People) -> None:
    seen: list[tuple[bool, bool]] = []

    @bot.tree.command(description="Looks")
    async def look(interaction: discord.Interaction) -> None:
        seen.append(
            (interaction.permissions.create_expressions, interaction.app_permissions.create_expressions)
        )
        await interaction.response.send_message("seen")

    async with connected(bot):
        for role, change in (
            ("Renga", {}), ("@everyone", {"grant": ["create_expressions"]}),
            ("Renga", {"revoke": ["create_expressions"]}), ("@everyone", {"revoke": ["create_expressions"]}),
        ):  # fmt: skip
            await people("PATCH", f"/roles/{role}", change)
            await people.became(await people.command("look"))
        assert seen == [(False, True), (True, True), (True, True), (False, False)]
        await people.became(await people.command("look", member="mo"))
        assert seen[-1] == (True, False)
        assert not bot.guilds[0].me.guild_permissions.create_expressions
        changed = [(name, bits.create_expressions) for name, bits in bot.saw("role")]
        assert changed == [("Renga", True), ("@everyone", True), ("Renga", False), ("@everyone", False)]


def test_permissions_have_discord_pys_names_and_bits() -> None:
    for name, bit in permissions.BITS.items():
        assert discord.Permissions.VALID_FLAGS[name] == 1 << bit


def test_only_so_much_is_replayed() -> None:
    session = Session(intents=0)
    for _ in range(REMEMBERED + 1):
        session.dispatch(Dispatch("TYPING_START", {}))
    assert session.missed(0) is None
    assert len(session.missed(1) or []) == REMEMBERED
    assert session.missed(REMEMBERED + 1) == []
    assert session.missed(REMEMBERED + 2) is None


def test_an_interaction_is_never_kept_for_later() -> None:
    session = Session(intents=0)
    session.dispatch(Dispatch("INTERACTION_CREATE", {}, live_only=True))
    assert session.missed(0) == []


def test_an_unknown_stream_has_no_encoder() -> None:
    assert encoder("brotli") is None


def test_ids_are_unique_when_the_clock_is_set_back() -> None:
    now = [1_700_000_000.0]
    ids = Snowflakes(lambda: now[0])
    made = [ids.next(), ids.next()]
    now[0] -= 1
    made += [ids.next(), ids.next()]
    now[0] += 1
    made += [ids.next(), ids.next()]
    assert len(set(made)) == 6
    assert (int(made[0]) >> 22) + EPOCH_MS == 1_700_000_000_000
