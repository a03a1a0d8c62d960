"""Children: started, heard, started again, and gone when their parent is."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

import pytest

from bot.children import Child, ChildError

if TYPE_CHECKING:
    from pathlib import Path

LISTENS = """
import json, socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("not json", flush=True)
print(json.dumps({"listening": "http://127.0.0.1:%d" % listener.getsockname()[1]}), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "child.py"
    path.write_text(LISTENS)
    return path


async def living(child: Child) -> int:
    while child.pid is None:
        await asyncio.sleep(0.01)
    return child.pid


async def test_a_killed_child_comes_back_on_the_same_port(script: Path) -> None:
    async with Child("probe", lambda port: [str(script), str(port)], environment=os.environ) as child:
        address = await child.address()
        first = await living(child)
        os.kill(first, signal.SIGKILL)
        async with asyncio.timeout(10):
            while child.pid in (None, first):
                await asyncio.sleep(0.01)
            port = int(address.rpartition(":")[2])
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except ConnectionRefusedError:
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    break
        assert await child.address() == address


async def test_a_child_leaves_when_its_parent_does(script: Path) -> None:
    async with Child("probe", lambda port: [str(script), str(port)], environment=os.environ) as child:
        await child.address()
        pid = await living(child)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_child_that_never_listens_is_one_sentence(tmp_path: Path) -> None:
    silent = tmp_path / "silent.py"
    silent.write_text("import sys; sys.exit(3)")
    child = Child("probe", lambda port: [str(silent)], environment=os.environ, start_within_s=0.5)
    async with child:
        with pytest.raises(ChildError, match="The probe did not start within"):
            await child.address()


async def test_a_child_that_cannot_run_as_it_is_set_is_not_started_again_and_again(tmp_path: Path) -> None:
    script = tmp_path / "child.py"
    script.write_text(
        f"import sys; open({str(tmp_path / 'lives')!r}, 'a').write('x'); sys.exit({os.EX_CONFIG})"
    )
    async with Child("probe", lambda _: [str(script)], environment=os.environ) as child:
        with pytest.raises(ChildError, match="cannot run as it is set"):
            await child.address()
        assert child._supervisor is not None
        await asyncio.wait_for(child._supervisor, 5)  # it is not looked after any more
    assert (tmp_path / "lives").read_text() == "x"
