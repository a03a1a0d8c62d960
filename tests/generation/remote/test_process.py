"""The host as a process in front of a server that speaks OpenAI's API: its settings, and none of torch."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import aiohttp
import pytest

from generation.wire.client import GenerationClient
from generation.wire.events import Done
from tests.generation.host.test_process import hosted, refused
from tests.generation.remote.faulty import WHOLE, faulty
from tests.generation.stand import job, picture_job

if TYPE_CHECKING:
    from pathlib import Path


async def test_the_host_serves_what_the_server_writes_and_makes_pictures_itself(tmp_path: Path) -> None:
    async with (
        faulty(WHOLE) as server,
        hosted(
            tmp_path, "--port", "0", TEXT_MODEL="openai", OPENAI_URL=f"{server.url}/v1/", OPENAI_API_KEY="sesame",
            OPENAI_CONCURRENCY="3", PICTURE_MODEL="fake",
        ) as host,
        aiohttp.ClientSession() as session,
    ):  # fmt: skip
        client = GenerationClient(host.url, session)
        await client.put(job("a"))
        await client.put(picture_job("p"))
        for name, model in (("a", "poet"), ("p", "tiles")):
            done = [n.event async for n in client.events(name)][-1]
            assert isinstance(done, Done)
            assert done.model == model
        engine = (await client.stats())["engine"]
        assert (engine["model"], engine["room"], engine["server"]) == ("poet", 3, server.url)
        assert server.keys == ["Bearer sesame"]
        host.process.terminate()
        _, err = await host.process.communicate()
        assert host.process.returncode == 0
        assert b"Traceback" not in err
        assert b"sesame" not in err


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "OPENAI_URL is needed where TEXT_MODEL is openai"),
        ({"OPENAI_URL": "ftp://there"}, "OPENAI_URL cannot be used: it must be an address"),
        ({"OPENAI_URL": "http://me:secret@there"}, "a key goes into OPENAI_API_KEY"),
        ({"OPENAI_URL": "http://there", "OPENAI_CONCURRENCY": "0"}, "OPENAI_CONCURRENCY '0' cannot be used"),
        ({"OPENAI_URL": "http://there", "CLUSTER_REPLICAS": "2"}, "CLUSTER_REPLICAS must be 0"),
    ],
)
async def test_what_cannot_work_is_one_sentence(tmp_path: Path, settings: dict[str, str], said: str) -> None:
    sentence = await refused(tmp_path, TEXT_MODEL="openai", **settings)
    assert said in sentence
    assert "secret" not in sentence


def test_the_backend_loads_no_torch() -> None:
    code = "import sys, generation.remote; assert not {'torch', 'transformers', 'peft'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
