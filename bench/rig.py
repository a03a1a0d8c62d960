"""A whole Renga on this machine, for benches and integration tests: sandbox, bot and host, as real processes.

Everything speaks over sockets; nothing is patched. It leaves judging to its callers.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import aiohttp
import psutil

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from types import TracebackType

ROOT = Path(__file__).resolve().parent.parent
CLEAN = {name: value for name, value in os.environ.items() if name not in ("DISCORD_TOKEN", "DATABASE_URL")}


class RigError(Exception):
    """A process that did not do what the rig needs of it."""


@dataclass
class Process:
    """A child process in a group of its own, its output in a file."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    popen: subprocess.Popen[bytes] | None = None
    opened: list[IO[bytes]] = field(default_factory=list)

    def start(self) -> None:
        out, err = self.log.with_suffix(".out").open("ab"), self.log.with_suffix(".err").open("ab")
        self.opened += [out, err]
        self.popen = subprocess.Popen(
            self.command, env=dict(self.environment), cwd=self.log.parent, stdin=subprocess.PIPE, stdout=out, stderr=err,
            start_new_session=True,
        )  # fmt: skip

    @property
    def pid(self) -> int:
        assert self.popen is not None
        return self.popen.pid

    @property
    def alive(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    def said(self) -> str:
        return self.log.with_suffix(".out").read_text() if self.log.with_suffix(".out").exists() else ""

    def logged(self) -> str:
        return self.log.with_suffix(".err").read_text() if self.log.with_suffix(".err").exists() else ""

    def kill(self) -> None:
        """SIGKILL the process itself; its children find out by themselves."""
        if self.alive:
            assert self.popen is not None
            self.popen.send_signal(signal.SIGKILL)
            self.popen.wait()

    def stop(self, within_s: float = 10.0) -> None:
        if self.popen is None:
            return
        if self.alive:
            self.popen.send_signal(signal.SIGTERM)
            try:
                self.popen.wait(within_s)
            except subprocess.TimeoutExpired:
                self.kill()
        if self.popen.stdin:
            self.popen.stdin.close()
        for file in self.opened:
            file.close()
        self.opened.clear()


class Rig:
    """`async with Rig() as rig`: a sandbox and a bot; `rig.call` speaks to the sandbox's people's side."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        settings: Mapping[str, str] | None = None,
        wait_ready: bool = True,
    ) -> None:
        """`settings` are the bot's, over the rig's own."""
        self._temporary = tempfile.TemporaryDirectory(prefix="renga-") if folder is None else None
        self.folder = folder or Path(self._temporary.name if self._temporary else "")
        self.settings = dict(settings or {})
        self._wait_ready = wait_ready
        self.sandbox: Process
        self.bot: Process
        self.session: aiohttp.ClientSession
        self.url = ""
        self.web = ""
        self.since = 0  # the last entry of the sandbox's log that is of no interest any more

    async def __aenter__(self) -> Self:
        self.session = aiohttp.ClientSession()
        self.sandbox = Process(
            "sandbox", [sys.executable, "-m", "sandbox", "serve", "--port", "0", "--exit-with-parent"], CLEAN,
            self.folder / "sandbox",
        )  # fmt: skip
        self.sandbox.log.with_suffix(".out").unlink(missing_ok=True)  # an earlier rig's, in the same folder
        self.sandbox.start()
        line = await until(
            lambda: self.sandbox.said().strip().partition("\n")[0], 30, "the sandbox to listen"
        )
        self.url = json.loads(line)["listening"]
        self.web = f"http://127.0.0.1:{free_port()}"
        environment = {
            **CLEAN,
            "DISCORD_TOKEN": "sandbox",
            "DISCORD_API_URL": f"{self.url}/api/v10",
            "DISCORD_GATEWAY_URL": f"{self.url.replace('http', 'ws', 1)}/gateway",
            "DATA_DIR": str(self.folder / "data"),
            "WEB_PORT": self.web.rpartition(":")[2],
            **self.settings,
        }
        self.bot = Process("bot", [sys.executable, "-m", "bot"], environment, self.folder / "bot")
        self.bot.start()
        if self._wait_ready:
            await self.ready()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.bot.stop)
        await asyncio.to_thread(self.sandbox.stop)
        await self.session.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    async def ready(self, within_s: float = 120.0) -> dict[str, Any]:
        """Wait until bot and model are ready. The health report."""
        began = time.monotonic()
        while time.monotonic() - began < within_s:
            if not self.bot.alive:
                raise RigError(f"the bot ended: {self.bot.logged()[-2000:]}")
            with suppress(aiohttp.ClientError):
                async with self.session.get(f"{self.web}/health") as answer:
                    if answer.status == 200:
                        found: dict[str, Any] = await answer.json()
                        return found
            await asyncio.sleep(0.02)
        raise RigError(f"not ready in {within_s} s: {self.bot.logged()[-2000:]}")

    async def restart_bot(self) -> None:
        """Start the bot again after it was killed or stopped."""
        self.bot.stop()
        self.bot.start()

    def host(self) -> psutil.Process | None:
        """The generation host that the bot started, if there is one now."""
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.bot.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                    if "generation.host" in child.cmdline():
                        return child
        return None

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Speak to the sandbox's people's side; anything but success is a RigError."""
        async with self.session.request(method, f"{self.url}/sandbox/v1{path}", json=body) as answer:
            if answer.status >= 300:
                raise RigError(f"{method} {path}: {answer.status} {await answer.text()}")
            return await answer.json() if answer.content_type == "application/json" else None

    async def log(self) -> list[dict[str, Any]]:
        """The requests and gateway frames that the sandbox saw since the start or the last sweep."""
        found: list[dict[str, Any]] = (await self.call("GET", f"/log?after={self.since}"))["entries"]
        return found

    async def sweep(self) -> None:
        """Take away every fault and message, and look at the log from here on."""
        await self.call("DELETE", "/faults")
        await emptied(self.call)
        if entries := await self.log():
            self.since = entries[-1]["n"]

    async def command(self, member: str, name: str, channel: str = "poems", **options: Any) -> str:
        """Invoke a slash command. The interaction's id."""
        said = await self.call(
            "POST", "/interactions",
            {"as": member, "channel": channel, "type": "command", "name": name, "options": options},
        )  # fmt: skip
        return str(said["interaction"])

    async def ask(self, member: str, name: str, channel: str = "poems", **options: Any) -> str:
        """Invoke a slash command and wait until the bot's answer has come, before which its job is committed."""
        interaction = await self.command(member, name, channel, **options)
        began = time.monotonic()
        while time.monotonic() - began < 10:
            for entry in await self.log():
                if entry["kind"] == "rest" and entry["path"].startswith(f"/interactions/{interaction}/"):
                    return interaction
            await asyncio.sleep(0.02)
        raise RigError(f"nobody answered {name}")

    async def press(self, member: str, message: dict[str, Any], label: str) -> str:
        """Press a button of a message by its label. The interaction's id."""
        custom_id = next(
            item["custom_id"]
            for row in message["components"]
            for item in row["components"]
            if item.get("label") == label
        )
        said = await self.call(
            "POST", "/interactions",
            {"as": member, "channel": message["channel_id"], "type": "button", "message": message["id"],
             "custom_id": custom_id},
        )  # fmt: skip
        return str(said["interaction"])

    async def messages(self, channel: str = "poems", member: str = "ada") -> list[dict[str, Any]]:
        """What a member sees in a channel (by name), oldest first."""
        state = await self.call("GET", f"/state?as={member}")
        channel_id = next(found["id"] for found in state["channels"] if found["name"] == channel)
        found: list[dict[str, Any]] = await self.call("GET", f"/channels/{channel_id}/messages?as={member}")
        return found

    async def seen(self, fits: str, *, member: str = "mo", within_s: float = 300.0) -> dict[str, Any]:
        """The newest message of "poems" in which a member reads that, once it is there."""
        began = time.monotonic()
        while time.monotonic() - began < within_s:
            found = await self.messages(member=member)
            for message in reversed(found):
                if fits in message["content"]:
                    return message
            await asyncio.sleep(0.05)
        raise RigError(f"nobody said {fits!r}; there is {[message['content'][:120] for message in found]}")

    async def quiet(
        self, channel: str = "poems", *, count: int = 1, within_s: float = 60.0
    ) -> list[dict[str, Any]]:
        """Wait until `count` messages of the bot are there and none of them can still be cancelled."""
        began = time.monotonic()
        found: list[dict[str, Any]] = []
        while time.monotonic() - began < within_s:
            found = [message for message in await self.messages(channel) if message["author"].get("bot")]
            if len(found) >= count and not any(labels(message) & {"Cancel"} for message in found):
                return found
            await asyncio.sleep(0.05)
        raise RigError(f"not quiet in {within_s} s: {[message['content'][:80] for message in found]}")


async def emptied(call: Callable[[str, str], Awaitable[Any]]) -> None:
    """Delete all that is said in any channel, private answers among it; `call` speaks to the people's side."""
    state = await call("GET", "/state?as=mo")
    people = [member["name"] for member in state["members"] if not member["bot"]]
    for member, channel in itertools.product(people, state["channels"]):
        for message in await call("GET", f"/channels/{channel['id']}/messages?as={member}"):
            if message["ephemeral_for"] or member == "mo":
                await call("DELETE", f"/messages/{message['id']}?as={member}")


def labels(message: dict[str, Any]) -> set[str]:
    """The labels of a message's buttons."""
    return {
        item.get("label", "") for row in message.get("components", []) for item in row.get("components", [])
    }


def free_port() -> int:
    """A port that nobody listens on now."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


async def until(found: Callable[[], str], within_s: float, what: str) -> str:
    """Wait until `found` returns something."""
    began = time.monotonic()
    while time.monotonic() - began < within_s:
        if value := found():
            return value
        await asyncio.sleep(0.02)
    raise RigError(f"waited {within_s} s for {what}")
