"""A process that learns: started on a leash, heard line by line, stopped when nobody wants its result.

It prints JSON objects (its progress, its result) or a last line; what it says on standard error goes on to the bot's own, and
its last line there is a sentence for people where it ended with 1 and without a traceback. It is not started again when it
ends: whoever asked decides that.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from bot.leash import GO, WAIT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from generation.wire.turns import Turn

log = structlog.get_logger(__name__)

SECRETS = ("DISCORD_TOKEN", "DATABASE_URL", "OPENAI_API_KEY", "GENERATION_TOKEN")  # none of its business
LINE_LIMIT = 1024 * 1024
STOPS_WITHIN_S = 5.0


TRACEBACK = "Traceback (most recent call last):"


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended: its exit status, the last thing that it said, as words or as an object, and why it gave up, if it said so."""

    code: int
    said: str = ""
    result: Mapping[str, Any] | None = None
    sentence: str = ""


async def work(
    arguments: Sequence[str], heard: Callable[[Mapping[str, Any]], None], turn: Callable[[], Awaitable[Turn]]
) -> Ended:
    """Run `python -m` with `arguments`, hand each object that it prints to `heard`, and tell how it ended.

    Before each of its turns `turn` is asked whether there is one; where there is none, it stands still. Cancelling this ends
    the process.

    Raises:
        OSError: it could not be started.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.leash", *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if name not in SECRETS},
        start_new_session=True, limit=LINE_LIMIT,
    )  # fmt: skip
    log.info("learning_started", module=arguments[0], pid=process.pid)
    said, result = "", None
    assert process.stdout is not None
    assert process.stderr is not None
    complaining = asyncio.create_task(_passed_on(process.stderr), name="stderr")
    turning = asyncio.create_task(_take_turns(process, turn), name="turns")
    try:
        async for line in process.stdout:
            found = _object(line)
            if found is None:
                said = line.decode(errors="replace").strip() or said
            else:
                result = found
                heard(found)
        code = await process.wait()
        sentence = await complaining if code == 1 else ""
    finally:
        turning.cancel()
        await _let_go(process)
        complaining.cancel()
    log.info("learning_ended", module=arguments[0], pid=process.pid, code=code)
    return Ended(code, said, result, sentence)


async def _take_turns(process: asyncio.subprocess.Process, turn: Callable[[], Awaitable[Turn]]) -> None:
    """Let it go on for a turn, or stand still for as long, by turns."""
    assert process.stdin is not None
    goes = True
    with contextlib.suppress(ConnectionError):  # it has ended
        while True:
            found = await turn()
            if found.granted != goes:
                goes = found.granted
                process.stdin.write(GO if goes else WAIT)
                await process.stdin.drain()
            await asyncio.sleep(found.s)


async def _passed_on(stream: asyncio.StreamReader) -> str:
    """Repeat on our own standard error what comes on `stream`. Its last line, where nothing was a traceback."""
    last, broke = "", False
    async for line in stream:
        text = line.decode(errors="replace").rstrip()
        sys.stderr.write(f"{text}\n")
        broke = broke or text.startswith(TRACEBACK)
        last = text or last
    return "" if broke else last


def _object(line: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


async def _let_go(process: asyncio.subprocess.Process) -> None:
    """End a process that still runs: its leash sees to that, and where it does not, we do."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), STOPS_WITHIN_S)
    except TimeoutError:
        process.kill()
        await process.wait()
