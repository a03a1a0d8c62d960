"""The processes that the bot starts and keeps alive: the generation host, and the sandbox when there is no token.

A child prints one JSON line, `{"listening": address}`, when it can be reached, and leaves by itself when its
standard input closes, so that a bot that was killed leaves no orphan behind. A child that dies is started again
on the same port, with back-off; one that says by its exit status that it cannot run as it is set (`EX_CONFIG` of
sysexits.h) is not, before it was ever reached.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

log = structlog.get_logger(__name__)

FIRST_DELAY_S = 0.25
LONGEST_DELAY_S = 30.0
STEADY_AFTER_S = 60.0
STOP_WITHIN_S = 5.0


class ChildError(Exception):
    """A child that could not be started at all."""


class Child:
    """A supervised process: `async with Child(...) as child: await child.address`."""

    def __init__(
        self,
        name: str,
        command: Callable[[int], Sequence[str]],
        *,
        environment: Mapping[str, str],
        port: int = 0,
        start_within_s: float = 60.0,
    ) -> None:
        """`command` makes the argument vector from the port to listen on (0: any that is free)."""
        self.name = name
        self.restarts = 0
        self._command = command
        self._environment = dict(environment)
        self._port = port
        self._start_within_s = start_within_s
        self._address: asyncio.Future[str] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._supervisor: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._address = asyncio.get_running_loop().create_future()
        self._supervisor = asyncio.create_task(self._supervise(), name=f"child-{self.name}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._supervisor is not None
        self._supervisor.cancel()
        with suppress(asyncio.CancelledError):
            await self._supervisor
        await self._stop()

    @property
    def pid(self) -> int | None:
        """The running process's id, or None between two lives."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def address(self) -> str:
        """Where the child listens; the same for all of its lives.

        Raises:
            ChildError: it did not say so in time, or cannot run as it is set.
        """
        assert self._address is not None
        try:
            return await asyncio.wait_for(asyncio.shield(self._address), self._start_within_s)
        except TimeoutError:
            raise ChildError(
                f"The {self.name} did not start within {self._start_within_s:.0f} seconds."
            ) from None

    async def _supervise(self) -> None:
        delay = FIRST_DELAY_S
        while True:
            began = time.monotonic()
            try:
                code = await self._live_once()
                assert self._address is not None
                if code == os.EX_CONFIG and not self._address.done():
                    self._address.set_exception(
                        ChildError(f"The {self.name} cannot run as it is set; what it said is above.")
                    )
                    return
            except OSError as error:  # no memory or no file descriptor just now
                log.warning("child_not_started", child=self.name, error=type(error).__name__)
            if time.monotonic() - began > STEADY_AFTER_S:
                delay = FIRST_DELAY_S
            self.restarts += 1
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY_S)

    async def _live_once(self) -> int:
        """Start it and hear it out. Its exit status."""
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            *self._command(self._port),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=self._environment,
            start_new_session=True,  # a terminal's Ctrl-C is for the parent, which closes its children in order
        )
        log.info("child_started", child=self.name, pid=process.pid)
        assert process.stdout is not None
        async for line in process.stdout:
            self._heard(line)
        code = await process.wait()
        log.warning("child_ended", child=self.name, pid=process.pid, code=code, restarts=self.restarts)
        return code

    def _heard(self, line: bytes) -> None:
        assert self._address is not None
        try:
            address = json.loads(line)["listening"]
        except (ValueError, KeyError, TypeError):
            log.debug("child_said", child=self.name)
            return
        self._port = urlsplit(address).port or 0
        if not self._address.done():
            self._address.set_result(address)
        log.info("child_listening", child=self.name, address=address)

    async def _stop(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), STOP_WITHIN_S)
        except TimeoutError:
            process.kill()
            await process.wait()
