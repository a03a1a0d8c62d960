"""Pictures as members meet them, command by command and button by button, in a simulated Discord (simcord)."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from studio import deliver, react
from studio.ask import seed_of
from studio.errors import StoreUnavailable
from studio.pictures.sheet import GROUND

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.client import Renga
    from studio.store import Store
    from tests.bot.conftest import InstantHost

pytestmark = pytest.mark.simcord(settle_timeout=20.0)


def labels(message: Any) -> list[list[str]]:
    return [[item.label for item in row.children] for row in message.components]


async def image(message: Any) -> Image.Image:
    (attachment,) = message.attachments
    return Image.open(io.BytesIO(await attachment.read()))


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


async def test_a_picture_is_picked_once_and_who_asks_again_is_told_where_it_is(scene: Any) -> None:
    channel, ada, bo = scene
    await ada.slash(channel, "picture", theme="a fox")
    grid = channel.last_message
    await ada.click(grid, label="2")
    picked = channel.last_message
    told = await bo.click(grid, label="2")
    assert channel.last_message.id == picked.id
    assert told.followups[0].ephemeral
    assert told.followups[0].content.endswith(f"/{channel.id}/{picked.id}")
    await ada.click(grid, label="3")
    assert channel.last_message.id != picked.id


async def test_a_picked_message_is_deleted_by_who_picked_it_and_can_be_picked_again(
    scene: Any, guild: Any, simcord_env: Any
) -> None:
    channel, ada, bo = scene
    await ada.slash(channel, "picture", theme="a fox")
    grid = channel.last_message
    await bo.click(grid, label="2")
    picked = channel.last_message
    cleo = guild.add_member(simcord_env.create_user("cleo"))
    refused = await cleo.click(picked, label="Delete")
    assert (
        refused.followups[0].content
        == "Only who picked this, who asked for it, or a moderator can delete it."
    )
    for member in (bo, ada):
        await member.click(picked, label="Delete")
        assert channel.last_message.id == grid.id
        await bo.click(grid, label="2")
        picked = channel.last_message
        assert picked.id != grid.id


async def test_a_picked_message_that_went_while_nobody_looked_is_picked_again(
    scene: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox")
    grid = channel.last_message
    await ada.click(grid, label="2")
    (_, gone) = await react.recent_messages(store, 0.0)
    with monkeypatch.context() as away:
        away.setattr("bot.cogs.pieces.Pieces._deleted", lambda *_: asyncio.sleep(0))
        await ada.click(channel.last_message, label="Delete")
    await ada.click(grid, label="2")
    assert channel.last_message.id not in (grid.id, gone.message_id)


async def test_a_pick_is_answered_before_anything_is_read_or_drawn(
    scene: Any, store: Store, simcord_env: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox")
    before = len(simcord_env.http_requests)
    read, answered = store.read, []

    async def noted(work: Any) -> Any:
        answered.append([request.path.rpartition("/")[2] for request in simcord_env.http_requests[before:]])
        return await read(work)

    monkeypatch.setattr(store, "read", noted)
    await ada.click(channel.last_message, label="2")
    assert answered
    assert all(paths[0] == "callback" for paths in answered)


async def test_a_button_on_a_picked_message_does_not_wait_until_the_message_is_written_down(
    scene: Any, store: Store, simcord_env: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox", count=1)

    async def full(*_: object) -> None:
        raise StoreUnavailable("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr("studio.deliver.picked", full)
        shown = await ada.click(channel.last_message, label="Make emoji")
    assert shown.response.content.startswith("To make an emoji you need the permission")


async def test_a_picked_message_that_was_not_written_down_is_when_it_is_used(
    scene: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox")
    grid = channel.last_message

    async def cut_off(*_: object) -> None:
        """As if the process had been killed just here."""

    with monkeypatch.context() as patched:
        patched.setattr("studio.deliver.picked", cut_off)
        await ada.click(grid, label="2")
    picked = channel.last_message
    assert [known.message_id for known in await react.recent_messages(store, 0.0)] == [grid.id]
    await ada.click(picked, label="Make emoji")
    assert [known.message_id for known in await react.recent_messages(store, 0.0)] == [grid.id, picked.id]


async def test_a_number_shows_that_picture_large_with_its_own_buttons(
    scene: Any, store: Store, host: InstantHost
) -> None:
    channel, ada, bo = scene
    await ada.slash(channel, "picture", theme="a fox", seed=7)
    grid = channel.last_message
    result = await bo.click(grid, label="3")
    assert not result.ephemeral
    message = channel.last_message
    assert message.id != grid.id
    assert (await image(message)).size == (512, 512)
    assert "3 of 4 · seed 9" in message.content
    assert labels(message) == [["Vary", "Make emoji", "Make sticker", "Delete"]]
    await ada.react(message, "👍")
    counts = {known.message_id: dict(known.counts) for known in await react.recent_messages(store, 0.0)}
    assert counts == {grid.id: {}, message.id: {"👍": 1}}
    assert len(host.jobs) == 1


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


@pytest.mark.parametrize("command", ["mix", "morph"])
async def test_what_is_made_of_a_veiled_picture_is_veiled(scene: Any, command: str) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox", count=1, spoiler=True)
    (fox,) = await ada.autocomplete(channel, command, "second", "fox")
    await ada.slash(channel, command, first="an owl", second=fox["value"])
    assert channel.last_message.attachments[0].filename.startswith("SPOILER_")
    await ada.slash(channel, command, first="an owl", second="a fox")
    assert not channel.last_message.attachments[0].filename.startswith("SPOILER_")


async def test_a_mix_of_two_themes_is_a_strip(scene: Any, host: InstantHost) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "mix", first="a fox", second="an owl", steps=7, seed=3)
    message = channel.last_message
    strip = await image(message)
    assert strip.width > 5 * strip.height
    assert labels(message) == [["1", "2", "3", "4", "5"], ["6", "7"], ["Again", "Delete"]]
    assert "mix · “a fox” to “an owl” · 7 steps" in message.content
    (job,) = host.jobs.values()
    assert [spot.seed for spot in job.picture_brief.spots] == [3, 3]
    await ada.click(message, label="4")
    assert labels(channel.last_message) == [["Make emoji", "Make sticker", "Delete"]]


async def test_earlier_pictures_are_offered_and_mixed_from_where_they_lie(
    scene: Any, host: InstantHost
) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox", seed=7, count=2)
    await ada.slash(channel, "picture", theme="an owl", style="glossy", seed=5, count=1)
    offered = await ada.autocomplete(channel, "mix", "first", "")
    assert [choice["name"] for choice in offered] == [
        "an owl (picture 1) · owl · glossy", "a fox (picture 1) · fox", "a fox (picture 2) · fox",
    ]  # fmt: skip
    (owl,) = await ada.autocomplete(channel, "morph", "second", "GLOSSY")
    await ada.slash(channel, "morph", first=offered[2]["value"], second=owl["value"])
    brief = list(host.jobs.values())[-1].picture_brief
    assert [(spot.theme, spot.style, spot.seed) for spot in brief.spots] == [
        ("a fox", "", 8), ("an owl", "glossy", 5),
    ]  # fmt: skip


async def test_what_others_made_elsewhere_is_neither_offered_nor_taken(scene: Any, guild: Any) -> None:
    channel, ada, bo = scene
    await ada.slash(guild.create_text_channel("hidden"), "picture", theme="a secret", count=1)
    (token,) = [choice["value"] for choice in await ada.autocomplete(channel, "mix", "first", "secret")]
    assert await bo.autocomplete(channel, "mix", "first", "secret") == []
    refused = await bo.slash(channel, "mix", first=token, second="an owl")
    assert refused.response.content == "I no longer know that picture; it may have been deleted."


async def test_a_morph_is_one_moving_picture(scene: Any) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "morph", first="a fox", second="an owl")
    message = channel.last_message
    moving = await image(message)
    assert (moving.format, moving.n_frames, moving.info["loop"]) == ("WEBP", 2, 0)
    assert labels(message) == [["Again", "Delete"]]


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


async def test_a_deleted_creation_leaves_no_file_and_its_buttons_one_sentence(
    scene: Any, store: Store, host: InstantHost
) -> None:
    channel, ada, bo = scene
    await ada.slash(channel, "picture", theme="a fox")
    grid = channel.last_message
    await ada.click(grid, label="2")
    picked = channel.last_message
    assert len(await store.pictures.digests()) == 4
    (job_id,) = host.jobs
    await deliver.delete_creation(store, job_id, by_member=ada.id, is_moderator=False)
    assert await store.pictures.digests() == set()
    for message, label in ((grid, "1"), (grid, "Vary"), (picked, "Make emoji")):
        refused = await bo.click(message, label=label)
        said = refused.followups[0] if refused.followups else refused.response
        assert said.ephemeral
        assert said.content == "I no longer know this picture; it may have been deleted."


async def test_delete_takes_the_picked_messages_along(scene: Any) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox")
    grid = channel.last_message
    await ada.click(grid, label="2")
    await ada.click(grid, label="Delete")
    assert channel.history() == []


async def test_messages_that_discord_keeps_are_told_of_once(scene: Any, simcord_env: Any) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox")
    grid = channel.last_message
    for label in ("1", "2", "3"):
        await ada.click(grid, label=label)
    for _ in range(2):
        simcord_env.inject_error(
            "DELETE", "/channels/*/messages/*", status=403, code=50013, message="Missing Permissions"
        )
    result = await ada.click(grid, label="Delete")
    assert len(channel.history()) == 2
    (said,) = result.followups
    assert "would not let me delete all of its messages" in said.content


async def test_a_lost_file_is_one_sentence(scene: Any, store: Store) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox")
    for path in store.pictures.folder.iterdir():
        path.unlink()
    refused = await ada.click(channel.last_message, label="1")
    assert refused.followups[0].ephemeral
    assert "file is gone" in refused.followups[0].content


async def test_buttons_work_after_a_restart_and_for_ever(
    scene: Any, simcord_env: Any, host: InstantHost, new_bot: Callable[[], Renga]
) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox")
    grid = channel.last_message
    await simcord_env.restart_bot(new_bot())
    for label in ("1", "2", "3"):
        await ada.click(grid, label=label)
        assert labels(channel.last_message) == [["Vary", "Make emoji", "Make sticker", "Delete"]]
    await ada.click(channel.last_message, label="Vary")
    assert len(host.jobs) == 2


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
