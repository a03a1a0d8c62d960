"""The contract, kept with llama.cpp's server behind the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from generation.remote import RemoteEngine
from tests.generation.contract import EngineContract

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from generation.host.engine import Engine


@pytest.mark.slow
class TestLlama(EngineContract):
    LONG = 100

    @pytest.fixture
    def engine(self, llama: str, tmp_path: Path) -> Iterator[Engine]:
        with RemoteEngine(llama, tmp_path, room=self.ROOM) as engine:
            assert engine.wait_for_the_server(30)
            yield engine

    @pytest.fixture
    def reproducible(self, llama: str, tmp_path: Path) -> Iterator[Engine]:
        """One at a time: what this server's sums come to depends on who else is in its batch."""
        with RemoteEngine(llama, tmp_path, room=1) as engine:
            assert engine.wait_for_the_server(30)
            yield engine
