"""The contract, kept by the engine without a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from generation.host.fake import FakeEngine
from tests.generation.contract import EngineContract

if TYPE_CHECKING:
    from generation.host.engine import Engine


class TestFakeEngine(EngineContract):
    @pytest.fixture
    def engine(self) -> Engine:
        return FakeEngine(tokens_per_s=200.0)
