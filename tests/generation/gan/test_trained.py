"""A network with weights, random ones, behind the engine's seam: bits that do not change."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from generation.gan.engine import PictureEngine
from generation.gan.trained import TOGETHER, TrainedNetwork
from generation.wire.jobs import Spot
from tests.generation.gan.random_weights import random_weights
from tests.generation.gan.test_engine import datas, finished, made
from tests.generation.stand import picture_job

pytestmark = pytest.mark.slow  # the sentence encoder is a real one


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> TrainedNetwork:
    return TrainedNetwork.load(random_weights(tmp_path_factory.mktemp("weights")))


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


def test_what_fills_a_pass_up_is_not_given_out(network: TrainedNetwork) -> None:
    assert network.together == TOGETHER == 2
    assert len(network.paint(network.place("a fox", [(1,)]))) == 1
    assert len(network.paint(network.place("a fox", [(1,), (2,), (3,)]))) == 3
