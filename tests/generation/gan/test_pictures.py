"""The network as it serves: the same seed is the same picture, whatever is beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from generation.gan.generator import Shape
from generation.gan.pictures import STEP_AWAY, TRUNCATION, PictureModel
from generation.gan.text_encoder import Sentences
from generation.gan.vocabulary import Vocabulary
from generation.gan.weights import Painter, load_weights, save_weights
from tests.generation.gan.random_weights import random_weights

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow  # the sentence encoder is the real one


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> PictureModel:
    folder: Path = tmp_path_factory.mktemp("weights")
    torch.manual_seed(6)
    shape = Shape(text=64, z=16, mapped=32, layout=8, channels=(64, 32, 16))
    save_weights(folder, Painter(2, shape), Vocabulary(["fox", "red"]), {})
    return PictureModel(load_weights(folder), Sentences.load())


def test_the_same_seed_gives_the_same_picture_alone_or_in_company(model: PictureModel) -> None:
    captions = ["a red fox", "a whale", "", "stripes in ocean blues"]
    styles = model.styles(model.codes(captions), model.latents([[1], [2], [3], [2**31 - 1]]))
    together = model.paint(styles)
    assert together.shape == (4, 32, 32, 4)
    assert together.dtype == np.uint8
    for at in range(4):
        alone = model.paint(styles[at : at + 1])[0]
        assert int(np.abs(alone.astype(int) - together[at]).max()) <= 1
    assert (model.paint(styles) == together).all()


def test_other_weights_have_another_name(model: PictureModel, tmp_path: Path) -> None:
    other = PictureModel(load_weights(random_weights(tmp_path)), model.sentences)
    assert other.name == f"renga-gan-{other.digest[:8]}" != model.name


def test_words_and_seeds_both_matter(model: PictureModel) -> None:
    codes = model.codes(["a red fox", "a whale"])
    fox, other, whale = (
        model.paint(model.styles(codes[at : at + 1], model.latents([[seed]])))
        for at, seed in ((0, 1), (0, 2), (1, 1))
    )
    assert (fox != other).mean() > 0.3
    assert (fox != whale).mean() > 0.3


def test_a_step_away_is_near_and_on_the_same_shell(model: PictureModel) -> None:
    start, near, other = model.latents([[5], [5, 9], [9]])
    assert torch.allclose(near, (1 - STEP_AWAY**2) ** 0.5 * start + STEP_AWAY * other)
    wide = torch.stack([model.latents([[seed, seed + 1]])[0] for seed in range(200)])
    assert 0.9 * TRUNCATION < float(wide.std()) < 1.1 * TRUNCATION
