"""The host as a process: heard, guarded, killed, started again, and gone with its parent."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
import pytest

from generation.wire.client import GenerationClient
from generation.wire.errors import BadAnswer, UnknownJob, Unreachable
from generation.wire.events import Artifact, Done, Failed, Preview
from tests.generation.stand import job, picture_job

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

FAKE = ("--engine", "fake", "--fake-tokens-per-second", "200")


@dataclass
class Running:
    process: asyncio.subprocess.Process
    url: str

    @property
    def port(self) -> str:
        return self.url.rpartition(":")[2]


@contextlib.asynccontextmanager
async def hosted(folder: Path, *arguments: str, **settings: str) -> AsyncIterator[Running]:
    process = await start(folder, *arguments, **settings)
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 30)
    try:
        yield Running(process, json.loads(line)["listening"])
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def start(folder: Path, *arguments: str, **settings: str) -> asyncio.subprocess.Process:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GENERATION_")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "generation.host", *arguments, env={**environment, "DATA_DIR": str(folder), **settings},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def refused(folder: Path, *arguments: str, **settings: str) -> str:
    """What a host that cannot start as it is set says, in one line."""
    process = await start(folder, *arguments, **settings)
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == os.EX_CONFIG
    assert out == b""
    (line,) = err.decode().strip().split("\n")
    return line


@pytest.mark.slow
async def test_a_killed_host_forgets_and_the_same_job_gives_the_same_text_again(tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session:
        async with hosted(tmp_path, "--port", "0", *FAKE) as first:
            client = GenerationClient(first.url, session)
            await client.put(job("whole", tokens=100))
            whole = [n.event async for n in client.events("whole")]
            await client.put(job("broken", tokens=100))
            stream = client.events("broken")
            async for numbered in stream:
                if isinstance(numbered.event, Preview):
                    first.process.kill()
                    break
            with pytest.raises(Unreachable):
                [_ async for _ in stream] or [_ async for _ in client.events("broken")]
            await first.process.wait()
        async with hosted(tmp_path, "--port", first.port, *FAKE) as second:
            assert second.url == first.url
            with pytest.raises(UnknownJob):
                [_ async for _ in client.events("broken")]
            await client.put(job("broken", tokens=100))
            again = [n.event async for n in client.events("broken")]
            assert isinstance(again[-1], Done)
            digests = {event.digest for event in (*whole, *again) if isinstance(event, Artifact)}
            assert len(digests) == 1


async def test_the_host_leaves_when_its_standard_input_closes(tmp_path: Path) -> None:
    async with hosted(tmp_path, "--port", "0", "--exit-with-parent", *FAKE) as host:
        async with aiohttp.ClientSession() as session:
            client = GenerationClient(host.url, session)
            await client.put(job("running", tokens=5000))
            assert (await client.stats())["engine"]["model"] == "fake"
        assert host.process.stdin is not None
        host.process.stdin.close()
        assert await asyncio.wait_for(host.process.wait(), 10) == 0


async def test_a_host_without_a_parent_to_watch_stays_when_its_input_closes(tmp_path: Path) -> None:
    async with hosted(tmp_path, "--port", "0", *FAKE) as host, aiohttp.ClientSession() as session:
        assert host.process.stdin is not None
        host.process.stdin.close()
        client = GenerationClient(host.url, session)
        await client.put(job("a", tokens=100))
        assert isinstance([n.event async for n in client.events("a")][-1], Done)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_cleanly_in_the_middle_of_a_job(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with hosted(tmp_path, "--port", "0", *FAKE) as host, aiohttp.ClientSession() as session:
        client = GenerationClient(host.url, session)
        await client.put(job("running", tokens=5000))
        host.process.send_signal(number)
        _, err = await asyncio.wait_for(host.process.communicate(), 10)
        assert host.process.returncode == 0
        assert b"Traceback" not in err


async def test_the_token_comes_from_the_environment(tmp_path: Path) -> None:
    async with (
        hosted(tmp_path, "--port", "0", TEXT_MODEL="fake", GENERATION_TOKEN="secret") as host,
        aiohttp.ClientSession() as session,
    ):
        assert (await GenerationClient(host.url, session, token="secret").stats())["capacity"] > 0
        with pytest.raises(BadAnswer, match="401"):
            await GenerationClient(host.url, session).stats()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"GENERATION_HOST": "0.0.0.0"}, "GENERATION_TOKEN is needed where GENERATION_HOST is 0.0.0.0"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL 'LOUD' cannot be used"),
        ({"THREADS": "-1"}, "THREADS '-1' cannot be used"),
        ({"TEXT_DTYPE": "float16"}, "TEXT_DTYPE 'float16' cannot be used"),
        ({"TEXT_QUANT": "int8"}, "TEXT_QUANT 'int8' cannot be used"),
        (
            {"TEXT_MODEL": "/no/such/model"},
            "TEXT_MODEL /no/such/model is neither smollm2, gemma3 nor a model directory",
        ),
        ({"GENERATION_PORT": "99999"}, "GENERATION_PORT '99999' cannot be used"),
        ({"TEXT_MODEL": "fake", "FAKE_TOKENS_PER_SECOND": "-3"}, "FAKE_TOKENS_PER_SECOND"),
        (
            {"TEXT_MODEL": "fake", "PICTURE_MODEL": "/no/such/weights"},
            "PICTURE_MODEL /no/such/weights cannot be used",
        ),
    ],
)
async def test_what_cannot_work_is_one_sentence(tmp_path: Path, settings: dict[str, str], said: str) -> None:
    assert said in await refused(tmp_path, **settings)


async def test_texts_and_pictures_come_from_one_process(tmp_path: Path) -> None:
    async with hosted(tmp_path, "--port", "0", *FAKE) as host, aiohttp.ClientSession() as session:
        client = GenerationClient(host.url, session)
        await client.put(job("text", tokens=40))
        await client.put(picture_job("picture", count=2))
        for name, parts in (("text", 1), ("picture", 2)):
            events = [n.event async for n in client.events(name)]
            assert sum(isinstance(event, Artifact) for event in events) == parts
            assert isinstance(events[-1], Done)


async def test_without_pictures_they_are_refused_in_a_sentence_and_texts_are_made(tmp_path: Path) -> None:
    async with (
        hosted(tmp_path, "--port", "0", *FAKE, PICTURE_MODEL="none") as host,
        aiohttp.ClientSession() as session,
    ):
        client = GenerationClient(host.url, session)
        await client.put(picture_job("picture"))
        assert [n.event async for n in client.events("picture")][-1] == Failed(
            "invalid", "Pictures are turned off here."
        )
        await client.put(job("text"))
        assert isinstance([n.event async for n in client.events("text")][-1], Done)


async def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    async with hosted(tmp_path, "--port", "0", *FAKE) as host:
        process = await start(tmp_path, "--port", host.port, *FAKE)
        _, err = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 1
        assert f"GENERATION_PORT {host.port} on 127.0.0.1 cannot be used" in err.decode()
