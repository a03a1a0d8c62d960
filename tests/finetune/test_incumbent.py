"""What serves each form while something is learnt: what a candidate is measured against."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from finetune import incumbent as incumbents
from finetune.incumbent import incumbent
from generation.adapters import AdapterError, write
from tests.finetune.small import loaded, save

if TYPE_CHECKING:
    from pathlib import Path

    from generation.adapters.adapter import Base

SHARES = {"haiku": 0.7, "limerick": 0.3}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    return loaded(save(tmp_path_factory.mktemp("model") / "small")).base


@pytest.fixture(autouse=True)
def _starters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incumbents, "starter", lambda _base, form: f"starter of {form}")


def an_adapter(root: Path, base: Base, manifest: dict[str, Any]) -> Path:
    from finetune.network import TrainedNetwork

    model = loaded(save(root / "model"))
    network = TrainedNetwork(model, rank=2, alpha=4)
    return root / write(root, network.config(), network.tensors(), base=base, manifest=manifest)


def test_a_servers_own_adapter_writes_what_it_has_learnt_and_starters_the_rest(
    tmp_path: Path, base: Base
) -> None:
    own = an_adapter(tmp_path, base, {"serves": ["haiku"]})
    found = incumbent(str(own), base, SHARES, tmp_path)
    assert found.start == own.name
    assert found.serves == {"haiku": own.name, "limerick": "starter of limerick"}


def test_one_that_does_not_say_what_it_has_learnt_writes_all(tmp_path: Path, base: Base) -> None:
    own = an_adapter(tmp_path, base, {})
    assert incumbent(str(own), base, SHARES, tmp_path).serves == dict.fromkeys(SHARES, own.name)


def test_starters_write_where_there_is_none_and_the_commonest_forms_is_begun_from(
    base: Base, tmp_path: Path
) -> None:
    found = incumbent("starter", base, SHARES, tmp_path)
    assert found.start == "starter of haiku"
    assert found.serves["limerick"] == "starter of limerick"
    assert incumbent("base", base, SHARES, tmp_path).serves == {"haiku": None, "limerick": None}


def test_an_adapter_of_another_model_is_refused(tmp_path: Path, base: Base) -> None:
    own = an_adapter(tmp_path, base, {})
    other = SimpleNamespace(digest="ff" * 32)
    with pytest.raises(AdapterError, match="was made for the model"):
        incumbent(str(own), other, SHARES, tmp_path)  # type: ignore[arg-type]
