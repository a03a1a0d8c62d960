"""A piece's pages as members meet them, in a simulated Discord (simcord): beside the text, once, or not at all."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import discord
import pytest
from PIL import Image

from bot.check import check
from bot.pages import ALT_LIMIT, attachments
from bot.settings import BotSettings
from studio import pages
from studio.pages import Page
from tests.bot.test_cards import creation

if TYPE_CHECKING:
    from pathlib import Path

    from bot.client import Renga
    from tests.bot.conftest import InstantHost

pytestmark = pytest.mark.simcord(settle_timeout=20.0)


@pytest.fixture
def scene(simcord_env: Any) -> Any:
    guild = simcord_env.create_guild()
    channel = guild.create_text_channel("poems")
    ada = guild.add_member(simcord_env.create_user("ada"))
    return channel, ada


async def test_a_verse_has_its_card_beside_it_which_says_the_poem_to_those_who_do_not_see_it(
    scene: Any,
) -> None:
    channel, ada = scene
    await ada.slash(channel, "poem", theme="autumn dusk", form="haiku", seed=7)
    message = channel.last_message
    assert r"is one \*line\*" in message.content
    (attachment,) = message.attachments
    assert attachment.filename.startswith("haiku-")
    assert attachment.description == "autumn dusk\nis one *line*\nand a second\n7"
    assert Image.open(io.BytesIO(await attachment.read())).format == "PNG"
    assert {str(reaction.emoji) for reaction in message.reactions} == {"👍", "👎"}
    assert [item.label for item in message.components[0].children][:2] == ["Again", "Vary"]


async def test_a_script_has_a_screenplay_and_its_source(scene: Any) -> None:
    channel, ada = scene
    await ada.slash(channel, "script", theme="two umbrellas", form="scene")
    pdf, fountain = channel.last_message.attachments
    assert pdf.filename.endswith(".pdf")
    assert (await pdf.read()).startswith(b"%PDF-")
    assert fountain.filename.endswith(".fountain")
    assert (await fountain.read()).decode().startswith("Title: two umbrellas\n\ntwo umbrellas\nis one *line*")


async def test_a_story_is_text(scene: Any) -> None:
    channel, ada = scene
    await ada.slash(channel, "story", theme="rain")
    assert channel.last_message.attachments == []


async def test_the_text_is_shown_whole_before_its_page_comes(scene: Any, simcord_env: Any) -> None:
    channel, ada = scene
    await ada.slash(channel, "poem", theme="rain", seed=7)
    edits = [
        found.json
        for found in simcord_env.http_requests
        if found.method == "PATCH" and "seed 7" in str(found.json)
    ]
    assert [len(edit["attachments"]) for edit in edits] == [0, 1]
    assert edits[0]["content"] == edits[1]["content"] == channel.last_message.content
    assert edits[0]["components"] == edits[1]["components"]


async def test_a_poem_that_no_font_can_set_is_delivered_as_text(scene: Any) -> None:
    channel, ada = scene
    await ada.slash(channel, "poem", theme="a 🦊 in snow")
    assert "a 🦊 in snow" in channel.last_message.content
    assert channel.last_message.attachments == []


async def test_a_page_that_breaks_stops_no_text(
    scene: Any, host: InstantHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise ValueError("a font that is none")

    monkeypatch.setattr(pages, "poem_card", broken)
    channel, ada = scene
    await ada.slash(channel, "poem", theme="rain")
    message = channel.last_message
    assert "is one" in message.content
    assert message.attachments == []
    assert {str(reaction.emoji) for reaction in message.reactions} == {"👍", "👎"}
    assert host.acknowledged == list(host.jobs)


async def test_where_files_are_not_allowed_there_is_text_alone(simcord_env: Any) -> None:
    guild = simcord_env.create_guild()
    closed = discord.PermissionOverwrite(attach_files=False)
    channel = guild.create_text_channel("poems", overwrites={guild.me: closed})
    ada = guild.add_member(simcord_env.create_user("ada"))
    await ada.slash(channel, "poem", theme="rain")
    assert "is one" in channel.last_message.content
    assert channel.last_message.attachments == []


@pytest.mark.parametrize(("set_to", "wanted"), [("on", True), ("off", False), ("", True)])
def test_pages_are_a_setting_and_on_by_default(
    monkeypatch: pytest.MonkeyPatch, set_to: str, wanted: bool
) -> None:
    monkeypatch.setenv("PAGES", set_to)
    assert BotSettings(_env_file=None).pages is wanted


async def test_without_a_press_there_are_no_pages(
    scene: Any, simcord_bot: Renga, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simcord_bot.runs, "_press", None)
    channel, ada = scene
    await ada.slash(channel, "poem", theme="rain")
    assert "is one" in channel.last_message.content
    assert channel.last_message.attachments == []


def test_a_files_name_is_plain_and_its_description_within_discords_limit() -> None:
    (made,) = attachments(creation("word " * 500), [Page(b"x", "png")])
    assert made.name == "haiku-1234567890123456789.png"
    assert len(made.alt) <= ALT_LIMIT
    assert made.alt.endswith("…")
    assert made.opened().fp.read() == made.opened().fp.read() == b"x"


@pytest.mark.parametrize(
    ("set_to", "said"), [(True, "✓ pages: cards and screenplays"), (False, "✓ pages: off (PAGES)")]
)
async def test_the_check_says_which_pages_there_will_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], set_to: bool, said: str
) -> None:
    await check(BotSettings(_env_file=None, pages=set_to, data_dir=tmp_path, picture_model="none"))
    assert said in capsys.readouterr().out
