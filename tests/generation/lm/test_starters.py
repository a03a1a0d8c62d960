"""The starters that come with it, on the model that they are for: verified, and used where no adapter is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from generation.adapters import load
from generation.lm.engine import TextEngine
from generation.starters import starter, starters
from tests.generation.lm.stepping import finished
from tests.generation.stand import job

if TYPE_CHECKING:
    from pathlib import Path

    from generation.lm.load import LoadedModel

pytestmark = pytest.mark.slow


def test_every_starter_of_the_default_model_is_whole(model: LoadedModel) -> None:
    ours = [one for one in starters() if one.base == model.base.digest]
    assert ours
    for one in ours:
        assert load(one.root, one.digest, model.base).digest == one.digest


def test_a_couplet_is_written_with_the_starter_of_verse(model: LoadedModel, tmp_path: Path) -> None:
    digest = starter(model.base.digest, "couplet")
    assert digest is not None
    engine = TextEngine(model, adapters=tmp_path, starter=starter)
    engine.start(job("a", form="couplet"))
    done = finished(engine)["a"]
    assert done.adapter == digest
    assert "note" not in done.outputs[0].meta
