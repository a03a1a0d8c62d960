"""The contract, kept with llama.cpp's server behind the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from generation.remote import RemoteEngine
from tests.generation.contract import EngineContract
from tests.generation.stand import job, stand

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

    async def test_a_seed_gives_the_same_text_alone_and_in_company(self, engine: Engine) -> None:
        """It cannot promise that: its sums depend on its batch, and on what its slots still hold. Seeds do differ."""
        async with stand(engine) as host:
            texts = [await host.text(job(str(seed), tokens=20, seed=seed)) for seed in range(3)]
        assert len(set(texts)) == 3
