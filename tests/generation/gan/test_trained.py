"""A network with weights, random ones, behind the engine's seam: bits that do not change, weights that cannot be used."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PIL import Image

from generation.gan.engine import PictureEngine
from generation.gan.generator import Shape
from generation.gan.trained import TOGETHER, TrainedNetwork
from generation.gan.vocabulary import Vocabulary
from generation.gan.weights import MANIFEST, TENSORS, Painter, WeightsError, save_weights
from generation.host.both import NoPictures
from generation.host.engine import RefusedError
from generation.host.pictures import LocalPictures
from generation.wire.jobs import Spot
from tests.generation.gan.test_engine import datas, finished, made
from tests.generation.stand import picture_job

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow  # the sentence encoder is a real one
VOCABULARY = Vocabulary(["apple", "blue", "fox", "red"])


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The usual shape, whose arithmetic is what matters here."""
    torch.manual_seed(1)
    folder = tmp_path_factory.mktemp("weights")
    save_weights(folder, Painter(len(VOCABULARY), Shape()), VOCABULARY, {})
    return folder


@pytest.fixture(scope="module")
def network(weights: Path) -> TrainedNetwork:
    return TrainedNetwork.load(weights)


def copied(weights: Path, folder: Path) -> Path:
    for name in (TENSORS, MANIFEST):
        (folder / name).write_bytes((weights / name).read_bytes())
    return folder


def test_a_picture_is_the_same_to_the_last_bit_whatever_is_beside_it(network: TrainedNetwork) -> None:
    styles = network.place("a red fox", [(seed,) for seed in range(5)])
    alone = np.concatenate([network.paint(styles[n : n + 1]) for n in range(5)])
    for first, last in ((0, 2), (1, 3), (1, 4), (0, 5)):
        assert np.array_equal(network.paint(styles[first:last]), alone[first:last])
    assert len({picture.tobytes() for picture in alone}) == 5


def test_a_place_is_the_same_whatever_else_is_asked_for(network: TrainedNetwork) -> None:
    together = network.place("a red fox", [(1,), (2,), (1, 5)])
    for row, seeds in zip(together, [(1,), (2,), (1, 5)], strict=True):
        assert np.array_equal(network.place("a red fox", [seeds])[0], row)
    assert not np.array_equal(together[0], together[2])
    assert not np.array_equal(network.place("a blue apple", [(1,)])[0], together[0])


def test_jobs_in_company_give_the_bytes_that_they_give_alone(network: TrainedNetwork) -> None:
    jobs = [
        picture_job("grid", theme="a red fox", count=3),
        picture_job("vary", move="vary", spots=(Spot("a blue apple", "flat", 3, (4,)),), count=2),
        picture_job("mix", move="mix", count=3),
        picture_job("painting", theme="abstract waves in ocean blues"),
    ]
    alone = {job.id: datas(made(PictureEngine(network), job)) for job in jobs}
    together = finished(PictureEngine(network), *jobs)
    assert {name: datas(ending) for name, ending in together.items()} == alone
    for data in alone["grid"]:
        assert Image.open(io.BytesIO(data)).size == (128, 128)


def test_a_theme_means_what_the_lexicon_says(network: TrainedNetwork) -> None:
    understood = network.understand("a red fox", "flat")
    assert set(understood.words) == {"fox", "red", "flat"}
    assert not understood.outside


def test_what_the_lexicon_cannot_read_is_told_in_its_own_sentence(network: TrainedNetwork) -> None:
    endings = finished(PictureEngine(network), picture_job("a", theme="рыжая лиса"))
    assert "English and Chinese" in endings["a"].sentence  # type: ignore[union-attr]


def test_a_step_of_the_engine_makes_whole_passes(network: TrainedNetwork) -> None:
    assert network.together == TOGETHER
    assert network.paint(network.place("a fox", [(1,)])).shape == (1, 64, 64, 4)


def test_weights_that_were_named_and_are_bad_are_refused_before_anything_starts(
    weights: Path, tmp_path: Path
) -> None:
    LocalPictures(str(weights), 1).check()
    with pytest.raises(WeightsError, match="cannot be read"):
        LocalPictures(str(tmp_path), 1).check()
    broken = copied(weights, tmp_path)
    data = bytearray((broken / TENSORS).read_bytes())
    data[-1] ^= 1
    (broken / TENSORS).write_bytes(data)
    with pytest.raises(WeightsError, match="the digests differ"):
        LocalPictures(str(broken), 1).check()
    (broken / MANIFEST).write_text(json.dumps({"format": 2}))
    with pytest.raises(WeightsError, match="does not describe a network"):
        LocalPictures(str(broken), 1).check()
    with pytest.raises(WeightsError):
        LocalPictures(str(broken), 1).load()


def test_without_the_weights_that_come_with_it_a_host_refuses_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generation.gan.weights.WEIGHTS", tmp_path)
    LocalPictures("renga", 1).check()
    engine = LocalPictures("renga", 1).load()
    assert isinstance(engine, NoPictures)
    with pytest.raises(RefusedError, match="the picture model is missing") as caught:
        engine.cost(picture_job("a"))
    assert str(tmp_path) not in str(caught.value)


def test_weights_that_were_named_are_loaded_and_make_pictures(weights: Path) -> None:
    engine = LocalPictures(str(weights), 1).load()
    assert isinstance(engine, PictureEngine)
    assert engine.stats()["model"] == "renga-gan"
    assert len(made(engine, picture_job("a", count=2)).outputs) == 2
