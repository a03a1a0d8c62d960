"""The same wire over Ray Serve, for real: two replicas, routed, cancelled, killed and replaced."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from generation.cluster.engine import LOST_TWICE
from generation.cluster.serving import PREFIX, SLOW, Cluster
from generation.host.engine import Finished
from generation.host.fake import FakeEngine
from generation.host.local import LocalEngine
from generation.wire.client import GenerationClient
from generation.wire.events import Artifact, Done, Failed, Started
from tests.generation.contract import EngineContract
from tests.generation.lm.conftest import DATA_DIR
from tests.generation.stand import Stand, job, stand

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from generation.cluster.engine import ClusterEngine
    from generation.host.engine import Engine
    from generation.wire.jobs import Job

pytestmark = pytest.mark.slow

PACE = 200.0


@pytest.fixture(scope="module")
def started() -> Iterator[ClusterEngine]:
    with Cluster(LocalEngine("fake", Path(), 1, PACE), 2, log_level="WARNING") as cluster:
        yield cluster.engine()


@pytest.fixture
def engine(started: ClusterEngine) -> Iterator[ClusterEngine]:
    """Two replicas that are there and have nothing to do."""
    wait(lambda: started.stats()["room"] == 8)
    yield started
    for name in list(started._tasks):
        started.cancel(name)


def wait(holds: Callable[[], bool], within_s: float = 30.0) -> None:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < within_s
        time.sleep(0.01)


async def until(holds: Callable[[], bool]) -> None:
    await asyncio.to_thread(wait, holds)


class TestTwoReplicas(EngineContract):
    ROOM = 8

    @pytest.fixture
    def engine(self, engine: ClusterEngine) -> Engine:
        return engine


def replica_of(engine: ClusterEngine, name: str) -> dict[str, Any]:
    """The replica that has the job now, as the stats have it."""
    with engine._changed:
        found = engine._tasks[name].replica
    assert found is not None
    return next(one for one in engine.stats()["replicas"] if one["name"] == found.link.name)


def alone(one: Job, engine: Engine | None = None) -> str:
    """What an engine in this process makes of it."""
    engine = engine or FakeEngine()
    engine.start(one)
    while True:
        for found in engine.step():
            if isinstance(found, Finished):
                return found.outputs[0].data.decode()


async def text_of(host: Stand, name: str) -> str:
    events = [numbered.event for numbered in await host.all(name)]
    assert isinstance(events[-1], Done), events[-1]
    (artifact,) = [event for event in events if isinstance(event, Artifact)]
    return (await host.client.artifact(artifact.digest)).decode()


async def test_each_adapter_stays_with_its_replica_and_both_replicas_work(engine: ClusterEngine) -> None:
    homes: dict[str, set[str]] = {"x": set(), "y": set()}
    async with stand(engine) as host:
        for round_ in range(5):
            for adapter, home in homes.items():
                one = replace(job(f"{adapter}{round_}", tokens=60), adapter=adapter * 64)
                await host.writing(one)
                home.add(replica_of(engine, one.id)["name"])
                await text_of(host, one.id)
    assert sorted(map(sorted, homes.values())) == [["renga-0"], ["renga-1"]]


async def test_a_cancel_reaches_the_replica(engine: ClusterEngine) -> None:
    async with stand(engine) as host:
        for n in range(8):
            await host.writing(job(f"long{n}", tokens=4000, seed=n))
        began = time.monotonic()
        for n in range(8):
            await host.client.cancel(f"long{n}")
        texts = await asyncio.gather(*(host.text(job(f"next{n}", tokens=20, seed=n)) for n in range(8)))
        # the replicas' own engines have four rows each: had they kept the long ones, these would wait 20 s for a place
        assert time.monotonic() - began < 10
        assert texts == [alone(job("", tokens=20, seed=n)) for n in range(8)]


async def test_a_killed_replicas_jobs_are_done_by_the_other_and_it_is_replaced(
    engine: ClusterEngine,
) -> None:
    jobs = [job(f"j{n}", tokens=300, seed=n) for n in range(4)]
    async with stand(engine) as host:
        for one in jobs:
            await host.writing(one)
        killed = replica_of(engine, "j0")
        assert killed["running"] == 2
        os.kill(killed["pid"], signal.SIGKILL)
        texts = [await text_of(host, one.id) for one in jobs]
        assert texts == [alone(one) for one in jobs]
        for one in jobs:
            told = [numbered.event for numbered in await host.all(one.id)]
            assert [type(event) for event in told].count(Started) == 1
            done = told[-1]
            assert isinstance(done, Done)
            assert done.usage["output_tokens"] == 300
        await until(lambda: engine.stats()["room"] == 8)
        now = next(one for one in engine.stats()["replicas"] if one["name"] == killed["name"])
        assert now["pid"] != killed["pid"]
        assert now["lost"] == killed["lost"] + 1
        assert await host.text(job("after", tokens=5))


async def test_a_job_whose_two_replicas_are_killed_fails_once_with_a_sentence(engine: ClusterEngine) -> None:
    async with stand(engine) as host:
        await host.writing(job("a", tokens=4000))
        first = replica_of(engine, "a")
        os.kill(first["pid"], signal.SIGKILL)
        await until(lambda: engine._tasks["a"].deaths == 1 and engine._tasks["a"].seen > 0)
        second = replica_of(engine, "a")
        assert second["name"] != first["name"]
        os.kill(second["pid"], signal.SIGKILL)
        ends = [numbered.event for numbered in await host.all("a") if isinstance(numbered.event, Failed)]
        assert ends == [Failed("engine", LOST_TWICE)]
        await host.client.put(
            job("after", tokens=5)
        )  # with both of them gone: it waits for the first to be back
        assert await text_of(host, "after") == alone(job("after", tokens=5))


@contextlib.asynccontextmanager
async def hosted(folder: Path, **settings: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GENERATION_", "CLUSTER_", "RAY_"))
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "generation.host", "--port", "0", "--exit-with-parent",
        env={**environment, "DATA_DIR": str(folder), **settings}, cwd=folder,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 30)
    try:
        yield process, json.loads(line)["listening"]
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def of_the_cluster(pid: int) -> list[str]:
    """What is left of the Ray that the host of that process id started: processes with its folder, and the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"{PREFIX}{pid}-" in (entry / "cmdline").read_text(errors="replace"):
                found.append(entry.name)
    return found


async def made(url: str, one: Job) -> str:
    async with aiohttp.ClientSession() as session:
        client = GenerationClient(url, session)
        await client.put(one)
        events = [numbered.event async for numbered in client.events(one.id)]
        assert isinstance(events[-1], Done), events[-1]
        digest = next(event.digest for event in events if isinstance(event, Artifact))
        return (await client.artifact(digest)).decode()


async def test_the_real_model_in_a_replica_writes_what_it_writes_here_and_leaves_with_the_host(
    tmp_path: Path,
) -> None:
    one = job("a", tokens=24)
    impatient = dict.fromkeys(SLOW, "1")  # or a machine on which the model takes long to load
    settings = {"TEXT_MODEL": "smollm2", "CLUSTER_REPLICAS": "1", "THREADS": "1", "DATA_DIR": str(DATA_DIR)}
    async with hosted(tmp_path, **settings, **impatient) as (process, url):
        far = await made(url, one)
        assert of_the_cluster(process.pid)
        process.send_signal(signal.SIGTERM)
        _, said = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 0
        lines = said.decode().splitlines()
        assert [line for line in lines if not line.startswith(("timestamp=", "(ServeReplica:renga-0"))] == []
        assert any("event=model_loaded" in line for line in lines)
        await until(lambda: of_the_cluster(process.pid) == [])
    assert far == alone(one, LocalEngine("smollm2", DATA_DIR, 1).load()) != ""


@pytest.mark.filterwarnings("default::pytest.PytestUnraisableExceptionWarning")
async def test_a_killed_host_takes_rays_daemons_and_the_replicas_along(tmp_path: Path) -> None:
    settings = {"TEXT_MODEL": "fake", "CLUSTER_REPLICAS": "1"}
    async with hosted(tmp_path, **settings) as (process, url):
        await made(url, job("a", tokens=2))
        async with aiohttp.ClientSession() as session:
            (replica,) = (await GenerationClient(url, session).stats())["engine"]["replicas"]
        assert alive(replica["pid"])
        process.kill()
        await process.wait()
        await until(lambda: of_the_cluster(process.pid) == [] and not alive(replica["pid"]))


def alive(pid: int) -> bool:
    try:
        return Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_ray_is_not_met_where_no_cluster_is_asked_for() -> None:
    code = "import sys, generation.host.__main__, generation.cluster.engine; assert 'ray' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


async def test_an_address_where_no_ray_is_is_one_sentence(tmp_path: Path) -> None:
    async with hosted(tmp_path, TEXT_MODEL="fake", CLUSTER_REPLICAS="1", RAY_ADDRESS="127.0.0.1:1") as (
        process,
        _,
    ):
        _, said = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 1
        assert "Ray at RAY_ADDRESS 127.0.0.1:1 cannot be reached" in said.decode().splitlines()[-1]


async def test_a_model_that_no_replica_can_load_is_one_sentence(tmp_path: Path) -> None:
    model = tmp_path / "hollow"
    await asyncio.to_thread(model.mkdir)
    for name in ("config.json", "tokenizer.json"):
        await asyncio.to_thread((model / name).write_text, "{}")
    async with hosted(tmp_path, TEXT_MODEL=str(model), CLUSTER_REPLICAS="1") as (process, _):
        _, said = await asyncio.wait_for(process.communicate(), 120)
        assert process.returncode == 1
        last = said.decode().splitlines()[-1]
        assert "No replica could be started. The model in" in last
        assert str(model) in last
