"""What words look like foretells pictures from captions, and weights that were without go on with them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from generation.gan.generator import Shape
from generation.gan.training.looks import WIDTH, looks
from generation.gan.training.networks import State
from generation.gan.vocabulary import Vocabulary
from generation.gan.weights import Painter, Weights, load_weights, save_weights

if TYPE_CHECKING:
    from pathlib import Path

COLOURS = ((220, 30, 30), (30, 200, 60), (40, 60, 230), (240, 220, 40))
SHAPE = Shape(text=32, looks=WIDTH, z=8, mapped=16, layout=8, channels=(16, 8))


def _found(rng: np.random.Generator) -> tuple[torch.Tensor, list[int]]:
    """Forty pictures of four colours in two sizes, captioned "thing N" and "small thing N" or "large thing N"."""
    pictures = np.zeros((40, 16, 16, 4), np.uint8)
    bags, colours = [], []
    for at in range(40):
        colour, large = at % 4, at % 8 < 4
        side = 12 if large else 4
        pictures[at, :side, :side] = (*COLOURS[colour], 255)
        bags.append([torch.tensor([0, 1 + colour]), torch.tensor([0, 1 + colour, 5 + large])])
        colours.append(colour)
    features = rng.normal(size=(40, 2, 8)).astype(np.float16)
    return looks(pictures, features, bags, torch.ones(40), words=7), colours


def test_words_of_like_pictures_are_alike_and_a_code_has_unit_variance() -> None:
    found, _ = _found(np.random.default_rng(1))
    assert found.shape == (7, WIDTH)
    codes = torch.stack(
        [found[[0, 1 + colour, 5 + large]].sum(0) / 3**0.5 for colour in range(4) for large in range(2)]
    )
    assert 0.5 < float(codes.square().mean().sqrt()) < 2
    apart = torch.cdist(codes, codes)
    # in one colour, the large and the small one are nearer to each other than to any other large one
    assert all(
        apart[2 * at, 2 * at + 1] < apart[2 * at + 1].view(4, 2)[:, 1].sort().values[1] for at in range(4)
    )


def test_a_word_that_no_caption_has_looks_like_nothing() -> None:
    pictures = np.full((4, 16, 16, 4), 255, np.uint8)
    pictures[:2, :, :, 0] = 0
    features = np.zeros((4, 2, 8), np.float16)
    bags = [[torch.tensor([at // 2])] for at in range(4)]
    assert not looks(pictures, features, bags, torch.ones(4), words=3)[2].any()


def test_weights_without_looks_are_given_them_and_paint_the_same_at_first(tmp_path: Path) -> None:
    torch.manual_seed(1)
    vocabulary = Vocabulary(["fox", "owl"])
    save_weights(tmp_path, Painter(2, replace(SHAPE, looks=0)), vocabulary, {})
    old: Weights = load_weights(tmp_path)
    state = State.fresh(torch.randn(2, WIDTH), SHAPE, seed=2)
    state.begin_with(old, vocabulary)
    sentences, words, offsets = torch.randn(2, 384), torch.tensor([0, 1]), torch.tensor([0, 1])
    z = torch.randn(2, SHAPE.z)
    made = [
        painter.generator(painter.text(sentences, words, offsets), z)
        for painter in (old.painter.eval(), state.mean)
    ]
    for before, after in zip(*made, strict=True):
        assert torch.allclose(before, after, atol=1e-5)
    assert torch.equal(state.painter.text.words.weight[:, 16:], state.mean.text.words.weight[:, 16:])
