"""The command line, and the server as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import pytest
from discord import app_commands

from sandbox.cli import typed
from sandbox.cli.arguments import main
from sandbox.errors import CommandError
from tests.sandbox.conftest import Bot, connected

if TYPE_CHECKING:
    from tests.sandbox.conftest import People

ROOT = Path(__file__).resolve().parents[2]
POEM = {
    "name": "poem",
    "options": [{"name": name, "type": 3} for name in ("theme", "form", "tone")],
}
ADAPTER = {
    "name": "adapter",
    "options": [{"name": "back", "type": 1, "options": [{"name": "name", "type": 3}]}],
}


@pytest.mark.parametrize(("text", "options"), [
    ("/poem", {}),
    ('/poem theme:"autumn dusk"', {"theme": "autumn dusk"}),
    ("/poem theme:autumn dusk form:haiku", {"theme": "autumn dusk", "form": "haiku"}),
    ("/poem theme: autumn dusk form: haiku", {"theme": "autumn dusk", "form": "haiku"}),
    ("/poem theme: the brief: no tone", {"theme": "the brief: no tone"}),
    ('/poem theme:"form: none" tone:wistful', {"theme": "form: none", "tone": "wistful"}),
    (r'/poem theme:"she said \"no\" \\ twice"', {"theme": r'she said "no" \ twice'}),
    ("/poem theme: note: rain at http://example.org form:ode", {"theme": "note: rain at http://example.org", "form": "ode"}),
    ('/poem theme:"" form:ode', {"theme": "", "form": "ode"}),
])  # fmt: skip
def test_a_typed_command_is_read_as_discord_reads_it(text: str, options: dict[str, str]) -> None:
    assert typed.read(text, [POEM]) == ("poem", options)


def test_a_typed_sub_command_is_named_by_its_path() -> None:
    assert typed.read("/adapter back name:spring", [ADAPTER]) == ("adapter", {"": "back", "name": "spring"})


@pytest.mark.parametrize(("text", "sentence"), [
    ("/pome x:1", "There is no command /pome; there are /poem, /adapter."),
    ("/poem size:3", "/poem has no option 'size'; it has theme, form, tone."),
    ("/poem theme:x size:3", "/poem has no option 'size'; it has theme, form, tone."),
    ("/poem autumn", "Write options as name:value, not 'autumn'; /poem has theme, form, tone."),
    ('/poem theme:"open', "The quotes of theme do not close."),
    ("/poem theme:x theme:y", "/poem got theme twice."),
    ("/adapter", "/adapter needs one of: back."),
])  # fmt: skip
def test_a_command_that_cannot_be_read_gets_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(CommandError) as refused:
        typed.read(text, [POEM, ADAPTER])
    assert str(refused.value) == sentence
    assert refused.value.exit_status == 2


class Slow(discord.ui.View):
    """A message that is at work, then done."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Cancel", custom_id="cancel")
    async def cancel(self, interaction: discord.Interaction, _: discord.ui.Button[Slow]) -> None:
        await interaction.response.edit_message(content="cancelled", view=None)


class Done(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Again", custom_id="again")
    async def again(self, interaction: discord.Interaction, _: discord.ui.Button[Done]) -> None:
        await interaction.response.send_message("again!")

    @discord.ui.button(label="Edit", custom_id="edit")
    async def edit(self, interaction: discord.Interaction, _: discord.ui.Button[Done]) -> None:
        await interaction.response.send_modal(Form())


class Form(discord.ui.Modal, title="Brief"):
    theme: discord.ui.TextInput[Form] = discord.ui.TextInput(label="Theme", custom_id="theme", default="old")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"about {self.theme.value}")


@pytest.fixture
def bot(bot: Bot) -> Bot:
    @bot.tree.command(description="A poem that takes a while")
    @app_commands.describe(theme="What about")
    async def poem(interaction: discord.Interaction, theme: str) -> None:
        await interaction.response.send_message("waiting", view=Slow())
        await asyncio.sleep(1.2)
        await interaction.edit_original_response(content=f"a poem about {theme}", view=Done())
        await bot.get_partial_messageable(interaction.channel_id or 0).send("the second half")

    @bot.tree.context_menu(name="Count words")
    async def count(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"{len(message.content.split())} words", ephemeral=True)

    return bot


async def run(people: People, *arguments: str) -> tuple[int, str, str]:
    """The command line as a process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", *arguments, cwd=ROOT,
        env={**os.environ, "SANDBOX_URL": people.sandbox.address},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        out, err = await asyncio.wait_for(process.communicate(), 30)
    finally:
        if process.returncode is None:  # it would run on beside the tests that come after
            process.kill()
            await process.wait()
    return process.returncode or 0, out.decode(), err.decode()


@pytest.mark.slow
async def test_a_command_is_sent_waited_for_and_printed(bot: Bot, people: People) -> None:
    async with connected(bot):
        status, out, err = await run(people, "send", "--as", "bo", '/poem theme:"autumn dusk"')
        assert (status, err) == (0, "")
        assert "a poem about autumn dusk" in out
        assert "[Again] [Edit]" in out
        assert "the second half" in out
        assert "waiting" not in out


@pytest.mark.slow
async def test_machines_get_json_and_can_click_fill_and_react(bot: Bot, people: People) -> None:
    async def said(*arguments: str) -> Any:
        status, out, err = await run(people, *arguments, "--json")
        assert status == 0, err
        return json.loads(out)

    async with connected(bot):
        sent = await said("send", '/poem theme:"rain"')
        message = sent["messages"][0]
        assert message["content"] == "a poem about rain"
        again = await said("click", "--message", message["id"], "again")
        assert [found["content"] for found in again["messages"]] == ["again!"]
        counted = await said("apply", "--message", message["id"], "Count words")
        assert [found["content"] for found in counted["messages"]] == ["4 words"]
        form = await said("click", "--message", message["id"], "Edit")
        assert form["modal"]["fields"][0]["value"] == "old"
        filled = await said("fill", "--field", "Theme=snow")
        assert [found["content"] for found in filled["messages"]] == ["about snow"]
        reacted = await said("react", "--as", "cy", "--message", message["id"], "👍")
        assert reacted["reactions"][0]["count"] == 1
        assert (await said("unreact", "--as", "cy", "--message", message["id"], "👍"))["reactions"] == []
        assert [found["name"] for found in await said("commands")] == ["poem", "Count words"]
        assert await said("expressions") == {"own_emoji": [], "stickers": []}
        assert (await said("wait"))["timed_out"] is False
        assert (await said("history", "--limit", "1"))[0]["content"] == "about snow"
        await said("delete", "--as", "mo", "--message", message["id"])
        assert message["id"] not in {found["id"] for found in await said("history")}
        assert (await said("send", "hello"))["content"] == "hello"


@pytest.mark.slow
@pytest.mark.parametrize(("arguments", "sentence"), [
    (("send", "/pome"), "There is no command /pome; there are /poem."),
    (("send", "/poem size:1"), "/poem has no option 'size'; it has theme."),
    (("send", "/poem"), "/poem needs theme."),
    (("send", "--as", "zed", "hi"), "There is no member 'zed'; there are ada, bo, cy, di, ed, mo."),
    (("send", "--channel", "attic", "hi"), "There is no channel 'attic'; there are poems, stories, quiet."),
    (("click", "--message", "5", "Again"), "ada sees no message 5."),
])  # fmt: skip
async def test_a_mistake_gets_one_sentence_and_status_two(
    bot: Bot, people: People, arguments: tuple[str, ...], sentence: str
) -> None:
    async with connected(bot):
        status, out, err = await run(people, *arguments)
        assert (status, out, err.lower()) == (2, "", sentence.lower() + "\n")


@pytest.mark.slow
async def test_a_bot_that_does_not_answer_is_status_one(bot: Bot, people: People) -> None:
    async with connected(bot):
        pass
    status, out, _ = await run(people, "send", "/poem theme:x")
    assert (status, out) == (1, "The application did not respond\n")


def test_no_sandbox_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SANDBOX_URL", raising=False)
    assert main(["history"]) == 2
    assert main(["history", "--url", "http://127.0.0.1:9"]) == 2
    err = capsys.readouterr().err.splitlines()
    assert err == 2 * [
        "No sandbox is running here: start one with `make run` or `python -m sandbox serve`, or give --url."
    ]


async def serve(tmp_path: Path, *arguments: str) -> tuple[asyncio.subprocess.Process, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "serve", "--port", "0", *arguments, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 20)
    return process, json.loads(line)["listening"]


@pytest.mark.slow
async def test_a_sandbox_leaves_with_its_parent_and_its_world_outlives_it(tmp_path: Path) -> None:
    body = {"as": "eve", "channel": "poems", "content": "remember me"}
    process, address = await serve(tmp_path, "--exit-with-parent", "--state", "data/world.json")
    beside = tmp_path / "data" / "sandbox.json"
    assert json.loads(beside.read_text())["listening"] == address
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{address}/sandbox/v1/members", json={"name": "eve"}) as answer:
            assert answer.status == 200
        async with session.post(f"{address}/sandbox/v1/messages", json=body) as answer:
            made = (await answer.json())["id"]
        async with session.put(f"{address}/sandbox/v1/messages/{made}/reactions/👍?as=bo") as answer:
            assert answer.status == 204
    assert process.stdin is not None
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 10) == 0
    assert not beside.exists()

    process, address = await serve(tmp_path, "--state", "data/world.json", "--address-file", "here.json")
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{address}/sandbox/v1/channels/poems/messages?as=cy") as answer,
    ):
        [kept] = await answer.json()
    assert kept["author"]["username"] == "eve"
    assert (kept["id"], kept["content"], kept["reactions"][0]["count"]) == (made, "remember me", 1)
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 10) == 0
    assert not (tmp_path / "here.json").exists()


@pytest.mark.slow
async def test_a_world_that_cannot_be_read_stops_the_start_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "world.json").write_text("not json")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "serve", "--state", "world.json", cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 1
    assert err.decode().startswith("The sandbox's world in world.json cannot be read")
