"""`python -m generation.host`: the process that makes things. Composition only.

Prints one JSON line, `{"listening": address}`, when it can be reached; jobs may be given to it from then on, while
the model still loads (`ready` in `/v1/stats`). Leaves on SIGTERM, SIGINT, or, with `--exit-with-parent`, when its
standard input closes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import ipaddress
import json
import os
import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import structlog
from aiohttp import web
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from generation.forms.brief import warm
from generation.host.both import Both
from generation.host.checked import Checked
from generation.host.drafting import Drafting
from generation.host.host import GenerationHost
from generation.host.languages import spoken
from generation.host.local import FAKE, LocalEngine
from generation.host.logs import configure
from generation.host.loop import EngineLoop
from generation.host.picking import Picking
from generation.host.pictures import FAKE as FAKE_PICTURES
from generation.host.pictures import NONE, OURS, LocalPictures
from generation.host.settings import FakeSettings, HostSettings
from generation.host.tasting import SHIPPED, Tasting
from generation.wire.server import application

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from generation.host.engine import Engine

OPENAI = "openai"  # TEXT_MODEL of a server that speaks OpenAI's API
SECRETS = {"generation_token", "openai_api_key", "openai_url"}  # whose values are not shown, even when wrong
S = TypeVar("S", bound=BaseSettings)
SWEEP_EVERY_S = 60.0
STOP_WITHIN_S = 3.0
FOUND_WITHIN_S = 5.0
YIELDS = 5  # a child shares the machine with the parent that answers people, and lets it go first

log = structlog.get_logger(__name__)


class StartError(Exception):
    """The host cannot start or go on; the message is one sentence for the operator."""


class SettingError(StartError):
    """It cannot start as it is set: to start it again is no help."""


async def serve(
    settings: HostSettings, load: Callable[[], Engine], *, port: int, exit_with_parent: bool
) -> None:
    """Serve until told to stop.

    Raises:
        StartError: it cannot listen, or its engine ended.
    """
    events = asyncio.get_running_loop()
    ended: asyncio.Future[BaseException | None] = events.create_future()

    def end(error: BaseException | None = None) -> None:
        if not ended.done():
            ended.set_result(error)

    for number in (signal.SIGTERM, signal.SIGINT):
        events.add_signal_handler(number, end)
    if exit_with_parent:
        os.nice(YIELDS)
    host = GenerationHost(languages=spoken(settings.text_model))
    engine = EngineLoop(load, host.report, end, events)
    host.run_on(engine)
    token = settings.generation_token.get_secret_value() if settings.generation_token else None
    runner = web.AppRunner(application(host, token=token), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(runner.cleanup)
        address = await _listen(runner, settings.generation_host, port)
        engine.start()
        stack.push_async_callback(asyncio.to_thread, engine.stop, STOP_WITHIN_S)
        print(json.dumps({"listening": address}), flush=True)  # noqa: T201 - for the parent
        log.info("listening", address=address, pid=os.getpid())
        tasks = [asyncio.create_task(_sweep(host), name="sweep")]
        if exit_with_parent:
            tasks.append(asyncio.create_task(_parent_gone(end), name="parent"))
        error = await ended
        for task in tasks:
            task.cancel()
    if error is not None:
        log.error("engine_ended", exc_info=error)
        raise StartError(str(error) or type(error).__name__)


async def _listen(runner: web.AppRunner, host: str, port: int) -> str:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise StartError(
            f"GENERATION_PORT {port} on {host} cannot be used: {error.strerror or error}."
        ) from None
    name, number = runner.addresses[0][:2]
    return f"http://[{name}]:{number}" if ":" in name else f"http://{name}:{number}"


async def _sweep(host: GenerationHost) -> None:
    while True:
        await asyncio.sleep(SWEEP_EVERY_S)
        host.sweep()


async def _parent_gone(end: Callable[[], None]) -> None:
    """Wait for the end of standard input: whoever holds its other end has left, even by `kill -9`."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while await reader.read(4096):
        pass
    end()


def engine_of(
    settings: HostSettings, pace: float | None, stack: contextlib.ExitStack
) -> Callable[[], Engine]:
    """What loads the engines that the settings name, of texts and of pictures; the latter is always in this process.
    Cheap itself, but where weights are checked: torch, or Ray, is imported where it loads.

    What has to be ended after the engine is put on `stack`.

    Raises:
        SettingError: there is no such model, or no such pace for the fake one.
    """
    pictures = _pictures(settings, pace)
    text = _text_engine(settings, pace, stack)
    read_here = settings.text_model not in (FAKE, OPENAI)
    tasting = Tasting(settings.text_model if read_here else SHIPPED, settings.data_dir.resolve())

    def load() -> Engine:
        if settings.text_model != FAKE:
            warm()  # the first text that is judged should not wait for it
        return Both(Drafting(Picking(Checked(text()), tasting)), pictures.load())

    return load


def _text_engine(
    settings: HostSettings, pace: float | None, stack: contextlib.ExitStack
) -> Callable[[], Engine]:
    if settings.text_model == OPENAI:
        return _remote_engine(settings, stack)
    local = _local_engine(settings, pace)
    if not settings.cluster_replicas:
        return local.load
    if importlib.util.find_spec("ray") is None:
        raise SettingError(
            "CLUSTER_REPLICAS needs Ray, which is not installed: pip install 'renga[cluster]'."
        )
    from generation.cluster.serving import Cluster

    cluster = Cluster(
        local, settings.cluster_replicas, address=settings.ray_address, log_level=settings.log_level
    )
    return stack.enter_context(cluster).engine


def _pictures(settings: HostSettings, pace: float | None) -> LocalPictures:
    model = settings.picture_model
    if settings.text_model == FAKE and model == OURS:
        model = FAKE_PICTURES
    if model == FAKE_PICTURES:
        return LocalPictures(model, settings.cores, _fake_pace(pace))
    pictures = LocalPictures(model, settings.cores)
    if model not in (OURS, NONE):
        from generation.gan.weights import WeightsError

        try:
            pictures.check()
        except WeightsError as error:
            raise SettingError(f"PICTURE_MODEL {model} cannot be used: {error}") from None
    return pictures


def _remote_engine(settings: HostSettings, stack: contextlib.ExitStack) -> Callable[[], Engine]:
    if not settings.openai_url:
        raise SettingError(
            "OPENAI_URL is needed where TEXT_MODEL is openai: the server's address, as http://127.0.0.1:8000."
        )
    if settings.cluster_replicas:
        raise SettingError(
            "CLUSTER_REPLICAS must be 0 where TEXT_MODEL is openai: replicas are that server's business."
        )
    from generation.remote import RemoteEngine

    key = settings.openai_api_key
    engine = stack.enter_context(
        RemoteEngine(
            settings.openai_url,
            settings.data_dir.resolve() / "adapters",
            model=settings.openai_model,
            key=key.get_secret_value() if key else None,
            room=settings.openai_concurrency,
        )
    )

    def load() -> Engine:
        engine.wait_for_the_server(FOUND_WITHIN_S)  # one that comes later is found all the same
        return engine

    return load


def _local_engine(settings: HostSettings, pace: float | None) -> LocalEngine:
    local = LocalEngine(
        settings.text_model, settings.data_dir.resolve(), settings.cores,
        text_dtype=settings.text_dtype, text_quant=settings.text_quant, text_rows=settings.text_rows,
        text_reproducible=settings.text_reproducible,
    )  # fmt: skip
    if settings.text_model == FAKE:
        return replace(local, fake_tokens_per_s=_fake_pace(pace))
    from generation.lm.weights import ModelError

    try:
        local.check()
    except ModelError as error:
        raise SettingError(str(error)) from None
    return local


def _fake_pace(given: float | None) -> float:
    fields = {} if given is None else {"fake_tokens_per_second": given}
    return _read(FakeSettings, **fields).fake_tokens_per_second


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m generation.host", description="Renga's generation host.")
    parser.add_argument(
        "--port", type=int, help="where to listen (0: any free port; default GENERATION_PORT)"
    )
    parser.add_argument("--exit-with-parent", action="store_true", help="leave when standard input closes")
    parser.add_argument(
        "--engine", choices=["fake"], help="an engine without a model, for tests (as TEXT_MODEL=fake)"
    )
    parser.add_argument("--fake-tokens-per-second", type=float, metavar="N", help="the fake engine's pace")
    return parser.parse_args(arguments)


def settings_of(given: argparse.Namespace) -> HostSettings:
    """Settings from the environment and `.env`, under the arguments.

    Raises:
        SettingError: a value that cannot work.
    """
    settings = _read(HostSettings, **({"text_model": given.engine} if given.engine else {}))
    if settings.generation_token is None and not _is_loopback(settings.generation_host):
        raise SettingError(
            f"GENERATION_TOKEN is needed where GENERATION_HOST is {settings.generation_host}: "
            "others could use the model."
        )
    return settings


def _read(kind: Callable[..., S], **given: object) -> S:
    try:
        return kind(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        value = "" if name in SECRETS else f" {first['input']!r}"
        problem = first["msg"].removeprefix("Value error, ")
        raise SettingError(f"{name.upper()}{value} cannot be used: {problem}.") from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def main() -> int:
    given = options()
    try:
        settings = settings_of(given)
        configure(settings.log_level)
        port = settings.generation_port if given.port is None else given.port
        with contextlib.ExitStack() as stack:
            load = engine_of(settings, given.fake_tokens_per_second, stack)
            asyncio.run(serve(settings, load, port=port, exit_with_parent=given.exit_with_parent))
    except StartError as error:
        print(f"The generation host cannot run. {error}", file=sys.stderr)  # noqa: T201 - for the operator
        return os.EX_CONFIG if isinstance(error, SettingError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
