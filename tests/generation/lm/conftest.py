"""The real model, loaded once for all tests that need it, from a cache that outlives the run."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch

torch.set_num_threads(1)  # a second thread that waits for a busy core costs more than it brings

if TYPE_CHECKING:
    from generation.lm.load import LoadedModel
    from generation.lm.weights import Source

DATA_DIR = Path(__file__).resolve().parents[3] / ".renga"  # the default of DATA_DIR, as make run fills it


@pytest.fixture(scope="session")
def smollm2() -> Source:
    from generation.lm.weights import find

    return find("smollm2")


@pytest.fixture(scope="session")
def model(smollm2: Source) -> LoadedModel:
    from generation.lm.load import load_model

    return load_model(smollm2, DATA_DIR, threads=1)


@pytest.fixture(scope="session")
def exact(model: LoadedModel) -> LoadedModel:
    """The same in float32, where a row gets the same numbers in any batch, to all but the last digits."""
    return replace(model, network=copy.deepcopy(model.network).float(), dtype=torch.float32, halves=False)
