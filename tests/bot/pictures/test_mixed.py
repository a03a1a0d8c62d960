"""Pictures made of two others, /mix and /morph, in a simulated Discord (simcord)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.bot.pictures.looking import image, labels

if TYPE_CHECKING:
    from tests.bot.conftest import InstantHost

pytestmark = pytest.mark.simcord(settle_timeout=20.0)


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
