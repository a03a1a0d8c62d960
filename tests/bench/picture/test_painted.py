"""Made pictures, on the twin."""

from __future__ import annotations

from bench.picture.painted import painted, views
from tests.bench.picture.twin import Twin


def test_each_caption_is_read_once_and_each_seed_gives_its_picture() -> None:
    twin = Twin()
    captions, seeds = ["a red fox", "a blue owl", "a red fox"], [1, 2, 3]
    made = painted(twin, captions, seeds, batch=2)
    assert twin.read == ["a red fox", "a blue owl"]
    assert made.shape == (3, 32, 32, 4)
    for caption, seed, picture in zip(captions, seeds, made, strict=True):
        assert (painted(twin, [caption], [seed])[0] == picture).all()
    assert (made[0] != made[2]).any()
    assert views(made).shape == (3, 64, 64, 3)
