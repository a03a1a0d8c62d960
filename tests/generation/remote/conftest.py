"""A real server to speak to: llama.cpp's, with the model that everything else here uses."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import generation.remote.errands
from generation.lm.weights import find

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Llama:
    url: str
    process: subprocess.Popen[bytes]


@contextlib.contextmanager
def llama_server(*loras: Path, port: int = 0) -> Iterator[Llama]:
    command = ["-m", "tests.generation.remote.llama_server", str(find("smollm2").path), *map(str, loras)]
    with subprocess.Popen(
        [sys.executable, *command, "--port", str(port)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Llama(json.loads(process.stdout.readline())["listening"], process)
        finally:
            process.kill()
            process.wait()


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a second try here."""
    monkeypatch.setattr(generation.remote.errands, "PAUSE_S", 0.01)


@pytest.fixture(scope="session")
def llama() -> Iterator[str]:
    """The address of a llama.cpp server with four slots of 8192 tokens and no adapters."""
    with llama_server() as server:
        yield server.url
