"""Pictures as members ask for them, command by command, in a simulated Discord (simcord)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from studio import deliver
from studio.ask import seed_of
from studio.pictures.sheet import GROUND
from tests.bot.pictures.looking import image, labels

if TYPE_CHECKING:
    from bot.client import Renga
    from studio.store import Store
    from tests.bot.conftest import InstantHost

pytestmark = pytest.mark.simcord(settle_timeout=20.0)


async def test_a_picture_ends_as_one_numbered_grid_that_says_what_was_understood(
    scene: Any, host: InstantHost
) -> None:
    channel, ada, _ = scene
    result = await ada.slash(channel, "picture", theme="a red fox", style="flat", seed=7)
    assert result.acknowledged
    assert not result.ephemeral
    message = channel.last_message
    for told in ("**fox · flat**", "“a red fox”", "pictures", "stand-in", "seed 7", f"<@{ada.id}>"):
        assert told in message.content
    assert labels(message) == [["1", "2", "3", "4"], ["Vary", "Again", "Delete"]]
    (attachment,) = message.attachments
    assert attachment.filename.startswith("fox-flat-")
    assert attachment.description == "A grid of four numbered pictures. A sticker of a fox."
    grid = await image(message)
    assert grid.format == "PNG"
    assert grid.convert("RGB").getpixel((0, 0)) == GROUND
    assert {str(reaction.emoji) for reaction in message.reactions} == {"👍", "👎"}
    assert host.acknowledged == list(host.jobs)
    (job,) = host.jobs.values()
    assert (job.kind, job.brief, job.seed) == ("picture", None, 7)
    assert (job.picture_brief.count, job.picture_brief.spots[0].seed) == (4, 7)


async def test_one_picture_is_shown_itself_at_full_size_on_its_own_ground(scene: Any) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox", count=1)
    message = channel.last_message
    shown = await image(message)
    assert shown.size == (512, 512)
    assert shown.mode == "RGBA"
    assert shown.getpixel((0, 0))[3] == 0
    assert labels(message) == [["Vary", "Make emoji", "Make sticker"], ["Again", "Delete"]]
    assert message.attachments[0].description == "A sticker of a fox."


async def test_a_theme_that_is_not_known_is_said_plainly_with_the_nearest_that_are(scene: Any) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="quantum *soup*")
    said = channel.last_message.content
    assert r"“quantum \*soup\*” lies outside what I know" in said
    assert "the nearest things that I do know are bowl and pot." in said


async def test_vary_asks_which_and_starts_from_where_that_one_lies(scene: Any, host: InstantHost) -> None:
    channel, ada, bo = scene
    await ada.slash(channel, "picture", theme="a fox", seed=7, spoiler=True)
    asked = await bo.click(channel.last_message, label="Vary")
    assert asked.ephemeral
    await bo.click(asked.response, label="2")
    first, second = host.jobs.values()
    assert (second.picture_brief.move, second.picture_brief.spots[0].seed) == ("vary", 8)
    assert second.seed == seed_of(second.id)
    assert "variations" in channel.last_message.content
    assert channel.last_message.attachments[0].filename.startswith("SPOILER_")
    third = await bo.click(channel.last_message, label="1")
    await bo.click(third.followups[0], label="Vary")
    away = list(host.jobs.values())[-1].picture_brief.spots[0].away
    assert away == (second.seed,)
    assert first.picture_brief.spots[0].away == ()


async def test_again_asks_the_same_from_other_seeds(scene: Any, host: InstantHost, store: Store) -> None:
    channel, ada, bo = scene
    await ada.slash(channel, "picture", theme="a fox", seed=7)
    await bo.click(channel.last_message, label="Again")
    first, second = host.jobs.values()
    assert second.picture_brief.spots[0].theme == "a fox"
    assert second.picture_brief.spots[0].seed == second.seed != first.seed
    made = await deliver.creation(store, second.id)
    assert made is not None
    assert (made.parent, made.member_id) == (first.id, bo.id)


async def test_a_spoiler_is_veiled_wherever_it_is_shown(scene: Any) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox", spoiler=True)
    grid = channel.last_message
    await ada.click(grid, label="1")
    for message in (grid, channel.last_message):
        assert message.attachments[0].filename.startswith("SPOILER_fox-")


@pytest.mark.parametrize(
    ("command", "options", "said"),
    [
        ("picture", {"theme": " \u200b "}, "A theme is needed"),
        ("picture", {"theme": "x" * 5000}, "200 characters at most"),
        ("picture", {"theme": "a fox", "style": "glosy"}, "did you mean glossy?"),
        ("picture", {"theme": "a fox", "style": "stained glass window"}, "I do not know the style"),
        ("picture", {"theme": "a fox", "seed": -1}, "A seed is a whole number from 0"),
        ("mix", {"first": "a fox", "second": "  "}, "A theme is needed"),
        ("mix", {"first": "picture:12345:0", "second": "an owl"}, "I no longer know that picture"),
        ("morph", {"first": "a fox", "second": "an owl", "seed": 2**40}, "A seed is a whole number from 0"),
    ],
)
async def test_bad_input_gets_one_sentence_that_only_the_asker_sees(
    scene: Any, host: InstantHost, command: str, options: dict[str, Any], said: str
) -> None:
    channel, ada, _ = scene
    result = await ada.slash(channel, command, **options)
    assert result.ephemeral
    assert said in result.response.content
    assert "\n" not in result.response.content
    assert not host.jobs


async def test_styles_are_suggested_by_what_was_typed(scene: Any) -> None:
    channel, ada, _ = scene
    found = await ada.autocomplete(channel, "picture", "style", "out")
    assert [choice["value"] for choice in found] == ["outlined"]
    assert len(await ada.autocomplete(channel, "morph", "style", "")) == 16


async def test_a_server_that_is_not_listed_is_told_so(scene: Any, simcord_bot: Renga) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox")
    simcord_bot.allowed_guilds = frozenset({1})
    refused = await ada.click(channel.last_message, label="1")
    assert "does not serve this server" in refused.response.content


async def test_help_names_the_pictures(scene: Any) -> None:
    channel, ada, _ = scene
    result = await ada.slash(channel, "help")
    for name in ("/picture", "/mix", "/morph", "watercolour", "Make emoji"):
        assert name in result.response.content
