"""The composition root: `python -m bot` opens store, children, client and web, and closes them in order.

`python -m bot check` starts nothing and says what would work and what would not.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import sys
import time
from typing import TYPE_CHECKING

import aiohttp
import discord
import structlog
from aiohttp import web
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot import logs
from bot.check import OUR_PICTURES, Problem, check, model_to_serve, pictures_to_serve
from bot.children import Child, ChildError
from bot.client import Renga
from bot.pulse import Pulse
from bot.settings import BotSettings, SettingsError, read_settings
from bot.web.app import application
from generation.wire.client import GenerationClient
from studio.ask import Limits
from studio.errors import StudioError
from studio.pages import Press
from studio.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping

log = structlog.get_logger(__name__)

SANDBOX_TOKEN = "sandbox"  # noqa: S105 - the sandbox's own, worth nothing anywhere else
SECRETS = {"DISCORD_TOKEN", "DATABASE_URL", "GENERATION_TOKEN", "OPENAI_API_KEY"}


class StartError(Exception):
    """The bot cannot start; the message is one sentence for the operator."""


async def run(settings: BotSettings) -> None:
    """Run until told to stop.

    Raises:
        StartError, SettingsError, StudioError, ChildError: it cannot start.
    """
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StartError(f"DATA_DIR {settings.data_dir} cannot be used: {error.strerror}.") from None
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here
    pulse = Pulse()
    async with contextlib.AsyncExitStack() as stack:
        store = await stack.enter_async_context(
            await Store.open(settings.database, settings.data_dir / "pictures")
        )
        session = await stack.enter_async_context(aiohttp.ClientSession())
        generation = await _generation(settings, session, stack)
        token, people = await _discord(settings, stack)
        press = stack.enter_context(Press()) if settings.pages else None
        bot = Renga(
            store=store, generation=generation, clock=time.time, limits=Limits(), data_dir=settings.data_dir,
            allowed_guilds=settings.allowed_guilds, press=press, learns=settings.learns,
            retrain=settings.retrain, on_cluster=settings.training == "cluster", threads=settings.threads,
            quant=settings.text_quant,
        )  # fmt: skip
        await stack.enter_async_context(bot)
        beating = asyncio.create_task(pulse.run(), name="pulse")
        stack.callback(beating.cancel)
        await _web(settings, bot, pulse, stack)
        await _serve(bot, token, people)


async def _generation(
    settings: BotSettings, session: aiohttp.ClientSession, stack: contextlib.AsyncExitStack
) -> GenerationClient:
    """The host that makes things: the one at `GENERATION_URL`, else a child of ours."""
    if settings.generation_url:
        token = settings.generation_token.get_secret_value() if settings.generation_token else None
        return GenerationClient(settings.generation_url, session, token=token)
    try:
        model_to_serve(settings)
        # without those that come with Renga, texts are made all the same
        if settings.picture_model != OUR_PICTURES:
            pictures_to_serve(settings)
    except Problem as problem:
        raise StartError(str(problem)) from None
    token = secrets.token_urlsafe(32)
    environment = {
        **_without_secrets(os.environ),
        "GENERATION_TOKEN": token,
        "TEXT_MODEL": settings.text_model,
        "PICTURE_MODEL": settings.picture_model,
        "DATA_DIR": str(settings.data_dir),
        "LOG_LEVEL": settings.log_level,
        **({"THREADS": str(settings.threads)} if settings.threads else {}),
        **_server_that_writes(settings),
    }
    child = await stack.enter_async_context(
        Child(
            "generation host",
            lambda port: ("-m", "generation.host", "--port", str(port), "--exit-with-parent"),
            environment=environment,
        )
    )
    return GenerationClient(await child.address(), session, token=token)


def _server_that_writes(settings: BotSettings) -> dict[str, str]:
    """What the host has to know where `TEXT_MODEL` is openai."""
    key = settings.openai_api_key
    told = {
        "OPENAI_URL": settings.openai_url or "",
        "OPENAI_MODEL": settings.openai_model,
        "OPENAI_API_KEY": key.get_secret_value() if key else "",
    }
    return {name: value for name, value in told.items() if value}


async def _discord(settings: BotSettings, stack: contextlib.AsyncExitStack) -> tuple[str, str | None]:
    """Point discord.py at its server. The token, and the chat page's address when that is the sandbox's."""
    if settings.discord_token is not None:
        _point(settings.discord_api_url, settings.discord_gateway_url)
        return settings.discord_token.get_secret_value(), None
    child = await stack.enter_async_context(
        Child(
            "sandbox",
            lambda port: (
                "-m", "sandbox", "serve", "--port", str(port), "--exit-with-parent",
                "--state", str(settings.data_dir / "sandbox-world.json"),
            ),
            environment=_without_secrets(os.environ),
            port=settings.sandbox_port,
        )
    )  # fmt: skip
    address = await child.address()
    _point(f"{address}/api/v10", f"{address.replace('http', 'ws', 1)}/gateway")
    return SANDBOX_TOKEN, address


def _point(api: str, gateway: str) -> None:
    Route.BASE = api
    DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)


async def _web(settings: BotSettings, bot: Renga, pulse: Pulse, stack: contextlib.AsyncExitStack) -> None:
    runner = web.AppRunner(application(bot, pulse), access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, settings.web_host, settings.web_port).start()
    except OSError as error:
        raise StartError(
            f"WEB_PORT {settings.web_port} on {settings.web_host} cannot be used: {error.strerror or error}."
        ) from None


async def _serve(bot: Renga, token: str, people: str | None) -> None:
    """Log in and stay connected until a signal says stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    try:
        await bot.login(token)
    except discord.LoginFailure:
        raise StartError("DISCORD_TOKEN was refused by Discord; make a new one on the Bot page.") from None
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        raise StartError(f"Discord cannot be reached at {Route.BASE}: {error}.") from None
    connected = asyncio.create_task(bot.connect(), name="gateway")
    ready = asyncio.create_task(bot.was_ready.wait(), name="was-ready")
    stopping = asyncio.create_task(stop.wait(), name="stop")
    await asyncio.wait({connected, ready, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if ready.done():
        _say_where(people)
    await asyncio.wait({connected, stopping}, return_when=asyncio.FIRST_COMPLETED)
    log.info("stopping")
    for task in (ready, stopping):
        task.cancel()
    await bot.close()
    try:
        await connected
    except (discord.ConnectionClosed, discord.PrivilegedIntentsRequired) as error:
        raise StartError(f"Discord closed the connection for good: {error}.") from None


def _say_where(people: str | None) -> None:
    where = f"Open {people} and type /poem" if people else "Renga is on Discord; type /poem in a channel"
    print(f"{where}. Ctrl-C stops.", flush=True)  # noqa: T201 - the one line for the person who started it


def _without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name not in SECRETS}


def main() -> int:
    """Run the command line. The exit status: 0 done, 1 cannot start, 2 a bad setting or argument."""
    arguments = sys.argv[1:]
    if arguments not in ([], ["check"]):
        print("usage: python -m bot [check]", file=sys.stderr)  # noqa: T201
        return 2
    try:
        settings = read_settings()
        if arguments:
            return asyncio.run(check(settings))
        logs.configure(settings.log_level)
        asyncio.run(run(settings))
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    except (StartError, StudioError, ChildError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
