"""The contract, kept by the real model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from generation.lm.engine import TextEngine
from tests.generation.contract import EngineContract

if TYPE_CHECKING:
    from generation.host.engine import Engine
    from generation.lm.load import LoadedModel


@pytest.mark.slow
class TestSmolLM2(EngineContract):
    LONG = 250

    @pytest.fixture
    def engine(self, model: LoadedModel) -> Engine:
        # nothing but its bound ends a piece: the model alone would end some of them before a test has looked
        return TextEngine(replace(model, stops=frozenset()), room=self.ROOM)

    @pytest.fixture
    def reproducible(self, model: LoadedModel) -> Engine:
        return TextEngine(model, room=self.ROOM, reproducible=True)
