"""A command runs on a node of a real Ray cluster, is heard from here, ends with us, and is begun again where its node is lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from bench.rig import free_port
from bot.taste.child import work
from bot.taste.training import ON_CLUSTER
from generation.wire.turns import Turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

ROOT = Path(__file__).resolve().parents[3]
GIVES_UP = 'import sys\nprint("a warning", file=sys.stderr)\nsys.exit("The disk is full.")\n'
# goes on where it was, as what learns does
LEARNS = """
import json, os, pathlib, sys, time
done = pathlib.Path(sys.argv[1])
step = int(done.read_text()) if done.exists() else 0
print(json.dumps({"pid": os.getpid(), "worker": os.getppid(), "from": step}), flush=True)
while step < 20:
    time.sleep(0.1)
    step += 1
    done.write_text(str(step))
    print(json.dumps({"step": step}), flush=True)
print(json.dumps({"adapter": "made"}), flush=True)
"""


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
        return True
    return False


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A cluster of one node, which finds modules in `modules`."""
    folder = Path(tempfile.mkdtemp(prefix="ray-"))  # its sockets' paths must be short
    (folder / "modules").mkdir()
    port = free_port()
    environment = {
        **os.environ, "PYTHONPATH": f"{folder / 'modules'}{os.pathsep}{ROOT}", "RAY_TMPDIR": str(folder),
    }  # fmt: skip
    ray = [str(Path(sys.executable).with_name("ray"))]
    command = [
        *ray, "start", "--head", f"--port={port}", "--num-cpus=1", "--include-dashboard=false", "--disable-usage-stats",
        "--node-ip-address=127.0.0.1", f"--temp-dir={folder}", "--object-store-memory=83886080", "--block",
    ]  # fmt: skip
    node = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    began = time.monotonic()
    while not listens(port):
        assert node.poll() is None
        assert time.monotonic() - began < 120
        time.sleep(0.1)
    yield f"127.0.0.1:{port} {folder / 'modules'}"
    for child in psutil.Process(node.pid).children(recursive=True):
        child.kill()
    node.kill()
    node.wait()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def module(address: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a module that the node can run."""
    where, _, folder = address.partition(" ")
    monkeypatch.setenv("RAY_ADDRESS", where)
    monkeypatch.chdir(ROOT)

    def make(text: str) -> str:
        (Path(folder) / "learner.py").write_text(text)
        return "learner"

    return make


async def always() -> Turn:
    return Turn(True, 0.1)


async def gone(pid: int) -> None:
    async with asyncio.timeout(20):
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.05)


async def test_why_it_gave_up_there_is_told_here(module: Any) -> None:
    ended = await work([*ON_CLUSTER, module(GIVES_UP)], lambda _: None, always)
    assert (ended.code, ended.sentence) == (1, "The disk is full.")


async def test_it_is_heard_and_is_begun_again_where_its_worker_is_lost(module: Any, tmp_path: Path) -> None:
    heard: list[Mapping[str, Any]] = []

    def hear(said: Mapping[str, Any]) -> None:
        heard.append(said)
        if said.get("step") == 5:
            psutil.Process(heard[0]["worker"]).kill()

    ended = await work([*ON_CLUSTER, module(LEARNS), str(tmp_path / "done")], hear, always)
    assert ended.code == 0
    assert ended.result == {"adapter": "made"}
    lives = [said for said in heard if "pid" in said]
    assert len(lives) == 2
    assert lives[0]["from"] == 0
    assert lives[1]["from"] >= 5, "it went on where it was"
    await gone(lives[0]["pid"])


async def test_it_ends_there_when_nobody_wants_its_result_here(module: Any, tmp_path: Path) -> None:
    first: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def hear(said: Mapping[str, Any]) -> None:
        if "pid" in said and not first.done():
            first.set_result(said["pid"])

    task = asyncio.create_task(work([*ON_CLUSTER, module(LEARNS), str(tmp_path / "done")], hear, always))
    pid = await first
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await gone(pid)


def test_where_it_cannot_be_begun_the_cause_is_told_and_it_is_not_tried_again(module: Any) -> None:
    elsewhere = (  # as a checkout that is not on the node
        "import os, sys\nfrom generation.cluster import errand\n"
        "errand.Path = type('There', (), {'cwd': staticmethod(lambda: '/not/on/this/node')})\n"
        f"sys.argv[1:] = [{module(GIVES_UP)!r}]\nerrand.main()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", elsewhere], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    said = ran.stderr.strip().splitlines()
    assert said[-1].startswith("It could not be begun on its node: ")
    assert "No such file or directory" in said[-1]
    assert not any("begun_again" in line for line in said)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:1", "Ray at RAY_ADDRESS 127.0.0.1:1 cannot be reached"),
        ("", "Say in RAY_ADDRESS which Ray cluster is meant"),
    ],
)
async def test_a_cluster_that_is_not_there_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, address: str, said: str
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", address)
    ended = await work([*ON_CLUSTER, "learner"], lambda _: None, always)
    assert ended.code == 1
    assert ended.sentence.startswith(said)
    assert "\n" not in ended.sentence


def test_one_that_is_told_nothing_says_what_it_wants() -> None:
    command = [sys.executable, "-m", "generation.cluster.errand"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr.startswith("Say what to run")
