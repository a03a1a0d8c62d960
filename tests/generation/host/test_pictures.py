"""Which network a host makes pictures with: ours, another's, none, and what is done about one that cannot be used."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from generation.gan.engine import PictureEngine
from generation.gan.weights import MANIFEST, WeightsError, load_weights
from generation.host.both import NoPictures
from generation.host.engine import RefusedError
from generation.host.pictures import FAKE, NONE, OURS, LocalPictures
from tests.generation.gan.random_weights import random_weights
from tests.generation.gan.test_engine import made
from tests.generation.stand import picture_job

if TYPE_CHECKING:
    from pathlib import Path


def test_weights_that_were_named_and_are_bad_are_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot be read"):
        LocalPictures(str(tmp_path), 1).check()
    named = LocalPictures(str(random_weights(tmp_path)), 1)
    named.check()
    (tensors,) = tmp_path.glob("*.safetensors")
    data = bytearray(tensors.read_bytes())
    data[-1] ^= 1
    tensors.write_bytes(data)
    with pytest.raises(WeightsError, match="the digests differ"):
        named.check()
    (tmp_path / MANIFEST).write_text(json.dumps({"format": 2}))
    with pytest.raises(WeightsError, match="does not describe a network"):
        named.check()
    with pytest.raises(WeightsError):
        named.load()


def test_without_the_weights_that_come_with_it_a_host_refuses_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generation.gan.weights.WEIGHTS", tmp_path)
    LocalPictures(OURS, 1).check()
    engine = LocalPictures(OURS, 1).load()
    assert isinstance(engine, NoPictures)
    with pytest.raises(RefusedError, match="the picture model is missing") as caught:
        engine.cost(picture_job("a"))
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.slow
def test_weights_that_were_named_are_loaded_and_make_pictures(tmp_path: Path) -> None:
    engine = LocalPictures(str(random_weights(tmp_path)), 1).load()
    digest = load_weights(tmp_path).digest
    assert isinstance(engine, PictureEngine)
    assert engine.stats()["model"] == f"renga-gan-{digest[:8]}"
    assert len(made(engine, picture_job("a", count=2)).outputs) == 2


def test_where_pictures_are_turned_off_that_is_said() -> None:
    with pytest.raises(RefusedError, match="turned off"):
        LocalPictures(NONE, 1).load().cost(picture_job("a"))


def test_the_one_of_tests_makes_tiles_at_the_pace_of_the_texts() -> None:
    engine = LocalPictures(FAKE, 1, fake_tokens_per_s=1000.0).load()
    assert isinstance(engine, PictureEngine)
    assert made(engine, picture_job("a")).model == "tiles"


def test_a_host_of_tests_and_one_without_pictures_load_no_torch() -> None:
    code = (
        "import sys, generation.host.__main__\n"
        "from generation.host.pictures import LocalPictures\n"
        "for model in ('fake', 'none'):\n"
        "    pictures = LocalPictures(model, 1)\n"
        "    pictures.check()\n"
        "    pictures.load()\n"
        "assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
