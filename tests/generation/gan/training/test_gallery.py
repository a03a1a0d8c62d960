"""Fresh paintings: what hangs at a step is the same however one came there, and half of what is drawn is of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from generation.gan.text_encoder import Sentences
from generation.gan.training.backbone import Backbone
from generation.gan.training.dataset import Dataset, prepare
from generation.gan.training.gallery import FRESH, Gallery
from generation.gan.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow  # captions are read and paintings looked at by the real networks
WORDS = Vocabulary(["abstract", "painting", "oil"])


@pytest.fixture(scope="module")
def gallery() -> Callable[[int, int], Gallery]:
    sentences, backbone = Sentences.load(), Backbone.load()
    return lambda seed, step: Gallery(WORDS, sentences, backbone, side=64, seed=seed, hangs=6, step=step)


def test_what_hangs_is_decided_by_seed_and_step(gallery: Callable[[int, int], Gallery]) -> None:
    lived = gallery(1, 0)
    first = lived.pictures.copy()
    for step in range(2):
        lived.change(step)
    again, other = gallery(1, 2), gallery(2, 2)
    assert np.array_equal(lived.pictures, again.pictures)
    assert np.array_equal(lived.features, again.features)
    assert np.allclose(
        lived.vectors, again.vectors, atol=0.01
    )  # a sentence beside others may round otherwise
    assert all(torch.equal(a, b) for a, b in zip(lived.bags, again.bags, strict=True))
    assert not np.array_equal(lived.pictures, other.pictures)
    kept = [np.array_equal(a, b) for a, b in zip(first, lived.pictures, strict=True)]
    assert kept.count(False) == 2 * FRESH
    assert len({picture.tobytes() for picture in [*first, *lived.pictures]}) == 6 + 2 * FRESH


def test_half_of_the_abstract_pictures_of_a_batch_are_fresh(
    gallery: Callable[[int, int], Gallery], source: Path, tmp_path: Path
) -> None:
    prepare(tmp_path, 64, say=lambda _: None, source=source)
    dataset, hung = Dataset(tmp_path, 64), gallery(3, 0)
    torch.manual_seed(1)
    batch = dataset.draw(400, hung)
    fresh = torch.from_numpy(hung.features).float().flatten(0, 1)
    of_gallery = (batch.features[:, None] == fresh).all(2).any(1)
    assert 0.12 < float(of_gallery.float().mean()) < 0.28  # two in five are abstract
    assert bool(batch.opaque[of_gallery].all())
