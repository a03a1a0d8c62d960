"""A sandbox on real sockets, people's side and the real discord.py, for one test each."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self

import aiohttp
import discord
import pytest
import yarl
from discord import app_commands

from sandbox.server import Sandbox
from tests.discord_api import conformance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

WITHIN_S = 10.0


async def until(found: Callable[[], Any], within_s: float = WITHIN_S) -> Any:
    """Wait for something to become true, and return it."""
    deadline = time.monotonic() + within_s
    while not (value := found()):
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.005)
    return value


class People:
    """The people's side, as the chat page uses it."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self.session = session

    async def raw(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        url = f"{self.sandbox.address}/sandbox/v1{path}"
        async with self.session.request(method, yarl.URL(url, encoded=False), json=body) as answer:
            return answer.status, await answer.json() if answer.content_type == "application/json" else None

    async def __call__(self, method: str, path: str, body: Any = None) -> Any:
        status, said = await self.raw(method, path, body)
        assert status < 300, said
        return said

    async def command(
        self, name: str, /, *, member: str = "ada", channel: str = "poems", **options: Any
    ) -> str:
        said = await self(
            "POST", "/interactions",
            {"as": member, "channel": channel, "type": "command", "name": name, "options": options},
        )  # fmt: skip
        return str(said["interaction"])

    async def press(self, message: dict[str, Any], label: str, member: str = "ada") -> str:
        custom_id = next(
            item["custom_id"]
            for row in message["components"]
            for item in row["components"]
            if item.get("label") == label
        )
        said = await self(
            "POST", "/interactions",
            {"as": member, "type": "button", "message": message["id"], "custom_id": custom_id},
        )  # fmt: skip
        return str(said["interaction"])

    async def messages(self, channel: str = "poems", member: str = "ada") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self("GET", f"/channels/{channel}/messages?as={member}")
        return found

    async def until_message(
        self, fits: Callable[[dict[str, Any]], Any], channel: str = "poems", member: str = "ada"
    ) -> dict[str, Any]:
        deadline = time.monotonic() + WITHIN_S
        while time.monotonic() < deadline:
            for message in await self.messages(channel, member):
                if fits(message):
                    return message
            await asyncio.sleep(0.01)
        raise AssertionError(f"no such message among {[m['content'] for m in await self.messages()]}")

    async def became(self, interaction: str) -> dict[str, Any]:
        """The interaction, once it is no longer waiting."""
        deadline = time.monotonic() + WITHIN_S
        while time.monotonic() < deadline:
            found: dict[str, Any] = await self("GET", f"/interactions/{interaction}")
            if found["state"] not in {"waiting", "thinking"}:
                return found
            await asyncio.sleep(0.01)
        raise AssertionError("it is still waiting")

    async def settings(self, **changes: Any) -> None:
        await self("PATCH", "/settings", changes)

    async def fault(self, method: str, path: str, **fault: Any) -> None:
        await self("POST", "/faults", {"method": method, "path": path, **fault})

    def log(self, kind: str = "rest") -> list[dict[str, Any]]:
        return [entry for entry in self.sandbox.records.after(0) if entry["kind"] == kind]


class Bot(discord.Client):
    """discord.py as it comes, with what happened kept in lists."""

    def __init__(self, **intents: bool) -> None:
        wanted = discord.Intents.none()
        for name, on in ({"guilds": True, "guild_messages": True, "guild_reactions": True} | intents).items():
            setattr(wanted, name, on)
        super().__init__(
            intents=wanted, max_messages=None, guild_ready_timeout=0.05, max_ratelimit_timeout=60
        )
        self.tree: app_commands.CommandTree[Self] = app_commands.CommandTree(self)
        self.happened: list[tuple[str, Any]] = []
        self.is_up = asyncio.Event()

    async def on_ready(self) -> None:
        self.happened.append(("ready", None))
        self.is_up.set()

    async def on_resumed(self) -> None:
        self.happened.append(("resumed", None))

    async def on_message(self, message: discord.Message) -> None:
        self.happened.append(("message", message))

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        self.happened.append(("reaction_add", event))

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        self.happened.append(("reaction_remove", event))

    async def on_raw_reaction_clear(self, event: discord.RawReactionClearEvent) -> None:
        self.happened.append(("reaction_clear", event))

    async def on_raw_reaction_clear_emoji(self, event: discord.RawReactionClearEmojiEvent) -> None:
        self.happened.append(("reaction_clear_emoji", event))

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        self.happened.append(("message_delete", event))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self.happened.append(("guild_remove", guild))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        self.happened.append(("guild_join", guild))

    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        self.happened.append(("guild_unavailable", guild))

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        self.happened.append(("channel_delete", channel))

    async def on_guild_emojis_update(self, _: discord.Guild, __: Any, after: Any) -> None:
        self.happened.append(("emojis", [emoji.name for emoji in after]))

    async def on_guild_stickers_update(self, _: discord.Guild, __: Any, after: Any) -> None:
        self.happened.append(("stickers", [sticker.name for sticker in after]))

    async def on_guild_role_update(self, _: discord.Role, after: discord.Role) -> None:
        self.happened.append(("role", (after.name, after.permissions)))

    def saw(self, what: str) -> list[Any]:
        return [value for name, value in self.happened if name == what]

    def place(self, name: str = "poems") -> discord.TextChannel:
        return next(channel for channel in self.guilds[0].text_channels if channel.name == name)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox whose every answer is checked against Discord's description at the end."""
    async with Sandbox.serve() as running:
        yield running
        conformance.check(running.records.after(0))


@pytest.fixture
async def people(sandbox: Sandbox) -> AsyncIterator[People]:
    async with aiohttp.ClientSession() as session:
        yield People(sandbox, session)


@pytest.fixture
def point(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The only two things of discord.py that are changed."""
    monkeypatch.setattr(discord.http.Route, "BASE", f"{sandbox.address}/api/v10")
    gateway = yarl.URL(sandbox.address.replace("http", "ws", 1) + "/gateway")
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)


@asynccontextmanager
async def connected(bot: Bot, token: str = "sandbox") -> AsyncIterator[Bot]:
    """Log in, sync the commands there are, and be ready."""
    async with bot:
        await bot.login(token)
        if bot.tree.get_commands():
            await bot.tree.sync()
        running = asyncio.create_task(bot.connect())
        ready = asyncio.create_task(bot.is_up.wait())
        await asyncio.wait({running, ready}, timeout=WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            ready.cancel()
            await running
        assert bot.is_up.is_set()
        try:
            yield bot
        finally:
            await bot.close()
            await running


@pytest.fixture
async def bot(point: None) -> Bot:
    """A bot that is not connected yet."""
    return Bot()
