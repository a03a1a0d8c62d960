"""Emoji and stickers from pictures: made by Discord's own endpoints, or one sentence (simcord, and Discord's errors)."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import discord
import pytest
from PIL import Image

from bot.pictures.expressions import EMOJI, STICKER, sentence_of

if TYPE_CHECKING:
    from tests.bot.conftest import InstantHost

simulated = pytest.mark.simcord(settle_timeout=20.0)

MAKES = discord.Permissions(
    view_channel=True, send_messages=True, read_message_history=True, add_reactions=True, attach_files=True,
    use_application_commands=True, create_expressions=True, manage_expressions=True,
)  # fmt: skip


@pytest.fixture
async def picture(simcord_env: Any, guild: Any) -> Any:
    """A message with one picture of a red fox, and a member who may make emoji."""
    maker = guild.create_role("maker", permissions=MAKES)
    channel = guild.create_text_channel("pictures")
    ada = guild.add_member(simcord_env.create_user("ada"), roles=[maker])
    await ada.slash(channel, "picture", theme="a red fox", style="flat", count=1)
    return channel.last_message, ada


async def fill(member: Any, message: Any, label: str, **fields: str) -> Any:
    shown = await member.click(message, label=label)
    assert shown.modal is not None, shown.response and shown.response.content
    return await member.submit_modal(shown, fields)


def sent(simcord_env: Any, ending: str) -> list[Any]:
    return [
        request for request in simcord_env.http_requests
        if request.method == "POST" and request.path.endswith(ending)
    ]  # fmt: skip


@simulated
async def test_an_emoji_is_made_of_the_picture_by_the_name_that_was_typed(
    picture: Any, simcord_env: Any, guild: Any
) -> None:
    message, ada = picture
    result = await fill(ada, message, "Make emoji", name="sly_fox")
    assert result.ephemeral
    assert "is now an emoji of this server: type `:sly_fox:`" in result.response.content
    (request,) = sent(simcord_env, "/emojis")
    kind, _, data = request.json["image"].partition(",")
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert kind == "data:image/png;base64"
    assert (image.size, image.mode) == ((128, 128), "RGBA")
    assert [emoji.name for emoji in simcord_env.backend.get_guild(guild.id).emojis.values()] == ["sly_fox"]


@simulated
async def test_a_sticker_is_made_with_the_emoji_that_it_is_found_by(
    picture: Any, simcord_env: Any, guild: Any
) -> None:
    message, ada = picture
    result = await fill(ada, message, "Make sticker", name="Sly fox", tag="🦊")
    assert result.ephemeral
    assert "“Sly fox” is now a sticker of this server, found by 🦊." in result.response.content
    (sticker,) = simcord_env.backend.get_guild(guild.id).stickers.values()
    assert (sticker.name, sticker.tags, sticker.description) == ("Sly fox", "🦊", "A sticker of a fox.")
    assert sticker.size <= 512 * 1024


@simulated
@pytest.mark.parametrize(
    ("label", "fields", "said"),
    [
        (
            "Make emoji",
            {"name": "fox!"},
            "2 to 32 letters (a to z), digits or underscores; how about fox_flat?",
        ),
        ("Make emoji", {"name": "taken"}, "has an emoji named taken already; how about taken_2?"),
        ("Make emoji", {"name": "sh1t_fox"}, "I would rather not use that name; how about fox_flat?"),
        ("Make sticker", {"name": "f", "tag": "🦊"}, "2 to 30 characters; how about fox_flat?"),
        ("Make sticker", {"name": "fox", "tag": "fox"}, "A sticker is found by one emoji"),
    ],
)
async def test_a_bad_name_is_one_sentence_and_nothing_is_made(
    picture: Any, simcord_env: Any, guild: Any, label: str, fields: dict[str, str], said: str
) -> None:
    message, ada = picture
    guild.create_emoji("taken")
    result = await fill(ada, message, label, **fields)
    assert result.ephemeral
    assert said in result.response.content
    assert "\n" not in result.response.content
    assert not sent(simcord_env, "/emojis")
    assert not sent(simcord_env, "/stickers")


@simulated
async def test_without_a_name_it_gets_one_from_what_is_shown(picture: Any) -> None:
    message, ada = picture
    result = await fill(ada, message, "Make emoji", name="")
    assert "`:fox_flat:`" in result.response.content


@simulated
async def test_who_may_not_is_told_so_before_a_form_opens(picture: Any, simcord_env: Any, guild: Any) -> None:
    message, _ = picture
    bo = guild.add_member(simcord_env.create_user("bo"))
    for label, what in (("Make emoji", "an emoji"), ("Make sticker", "a sticker")):
        refused = await bo.click(message, label=label)
        assert refused.modal is None
        assert refused.ephemeral
        assert refused.response.content == (
            f"To make {what} you need the permission Create Expressions in this server."
        )


@simulated
@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (400, 30008, "All places for emoji in this server are taken"),
        (403, 50013, "I need the permission Create Expressions"),
        (400, 50035, "does not take that name"),
        (400, 50046, "Discord cannot make an emoji of this picture."),
        (400, 99999, "Something went wrong on my side. (ref "),
    ],
)
async def test_what_discord_refuses_is_one_sentence_and_the_picture_stays(
    picture: Any, simcord_env: Any, host: InstantHost, status: int, code: int, said: str
) -> None:
    message, ada = picture
    simcord_env.inject_error("POST", "/guilds/*/emojis", status=status, code=code, message="no")
    result = await fill(ada, message, "Make emoji", name="sly_fox")
    assert result.ephemeral
    assert said in result.response.content
    again = await fill(ada, message, "Make emoji", name="sly_fox")
    assert "is now an emoji" in again.response.content
    assert len(host.jobs) == 1


@pytest.mark.parametrize(
    ("wait_s", "said"),
    [(45.0, "in about a minute"), (3600.0, "in about 60 minutes"), (4 * 3600.0, "in about 4 hours")],
)
def test_a_long_rate_limit_says_when_it_can_be_tried_again(wait_s: float, said: str) -> None:
    sentence = sentence_of(discord.RateLimited(wait_s), EMOJI)
    assert sentence is not None
    assert said in sentence
    assert "stay here" in sentence


def test_no_answer_in_time_is_a_sentence_of_its_own() -> None:
    assert "did not answer in time" in (sentence_of(TimeoutError(), STICKER) or "")
    assert sentence_of(ValueError("ours"), STICKER) is None
