"""A process that learns: heard while it works, and never longer there than whoever wants its result."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from bot.leash import YIELDS
from bot.taste.child import work
from generation.wire.turns import Turn

ROOT = Path(__file__).resolve().parents[3]
TALKS = """
import json, os, sys
print(json.dumps({"phase": "pairs", "step": 1, "of": 2}), flush=True)
print("not enough is known", flush=True)
print(json.dumps({"nice": os.nice(0), "argv": sys.argv[1:], "token": os.environ.get("DISCORD_TOKEN")}), flush=True)
sys.exit(3)
"""
STAYS = """
import json, os, time
print(json.dumps({"pid": os.getpid()}), flush=True)
time.sleep(600)
"""


WORKS = """
import json, time
for step in range(10000):
    print(json.dumps({"step": step}), flush=True)
    time.sleep(0.01)
"""
GIVES_UP = 'import sys\nprint("a warning", file=sys.stderr)\nsys.exit("The disk is full.")\n'
BREAKS = "raise RuntimeError('no sentence for anybody')"


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a module that a child can run."""
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{ROOT}")

    def make(text: str) -> str:
        (tmp_path / "learner.py").write_text(text)
        return "learner"

    return make


async def always() -> Turn:
    return Turn(True, 0.1)


async def test_what_it_prints_is_heard_and_how_it_ended_is_told(
    module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "a-secret")
    heard: list[Any] = []
    ended = await work([module(TALKS), "--seed", "1"], heard.append, always)
    assert heard[0] == {"phase": "pairs", "step": 1, "of": 2}
    assert (ended.code, ended.said) == (3, "not enough is known")
    assert ended.result == {"nice": min(19, os.nice(0) + YIELDS), "argv": ["--seed", "1"], "token": None}


@pytest.mark.parametrize(("text", "sentence"), [(GIVES_UP, "The disk is full."), (BREAKS, "")])
async def test_why_it_gave_up_is_told_where_it_said_so(module: Any, text: str, sentence: str) -> None:
    ended = await work([module(text)], lambda _: None, always)
    assert (ended.code, ended.sentence) == (1, sentence)


async def test_it_ends_when_nobody_wants_its_result(module: Any) -> None:
    heard: asyncio.Queue[Any] = asyncio.Queue()
    task = asyncio.create_task(work([module(STAYS)], heard.put_nowait, always))
    pid = (await asyncio.wait_for(heard.get(), 20))["pid"]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not psutil.pid_exists(pid)


async def test_it_stands_still_while_it_has_no_turn_and_goes_on_where_it_was(module: Any) -> None:
    heard: list[int] = []
    granted = True

    async def turn() -> Turn:
        return Turn(granted, 0.02)

    async def stands() -> bool:
        before = len(heard)
        await asyncio.sleep(0.3)
        return len(heard) == before

    task = asyncio.create_task(work([module(WORKS)], lambda found: heard.append(found["step"]), turn))
    async with asyncio.timeout(30):
        for _ in range(2):
            while await stands():
                pass
            granted = False
            while not await stands():
                pass
            granted = True
        while await stands():
            pass
        granted = False  # one that stands still ends as well
        while not await stands():
            pass
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert heard == list(range(len(heard)))


async def test_it_ends_with_a_bot_that_is_killed(module: Any, tmp_path: Path) -> None:
    name = module(STAYS)
    (tmp_path / "parent.py").write_text(
        "import asyncio\nfrom bot.taste.child import work\nfrom tests.bot.taste.test_child import always\n"
        f"asyncio.run(work([{name!r}], lambda found: print(found['pid'], flush=True), always))\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, str(tmp_path / "parent.py"), stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert parent.stdout is not None
    async with asyncio.timeout(30):
        while not (line := await parent.stdout.readline()).strip().isdigit():
            assert line
        parent.send_signal(signal.SIGKILL)
        await parent.wait()
        while psutil.pid_exists(int(line)) and psutil.Process(int(line)).status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.02)
