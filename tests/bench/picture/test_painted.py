"""Made pictures, and how they are timed, on the twin."""

from __future__ import annotations

import io

import numpy as np
import torch
from PIL import Image

from bench.picture.painted import painted, png, views
from bench.picture.speed import endless, pictures, speed
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


def test_a_png_holds_the_picture_to_the_last_bit() -> None:
    (picture,) = painted(Twin(), ["a green frog"], [5])
    with Image.open(io.BytesIO(png(picture))) as found:
        assert found.format == "PNG"
        assert (np.asarray(found) == picture).all()


def test_a_grid_is_one_text_and_several_seeds() -> None:
    twin = Twin()
    assert len(set(pictures(twin, ["a pink pig"], [0, 1, 2, 3]))) == 4
    assert twin.read == ["a pink pig"]


def test_no_text_is_timed_twice_and_threads_are_left_as_they_were() -> None:
    twin, before = Twin(), torch.get_num_threads()
    found = speed(twin, ["a fox", "an owl"], quick=True)
    assert len(twin.read) == len(set(twin.read))
    assert torch.get_num_threads() == before
    for threads in ("1_thread", "all_threads"):
        for name in ("picture_ms_batch_1", "picture_ms_batch_16", "grid_of_4_ms"):
            assert 0 < found[f"{name}_{threads}"]["best"] <= found[f"{name}_{threads}"]["median"]


def test_texts_go_on_for_ever() -> None:
    texts = endless(["a", "b", "a"])
    assert [next(texts) for _ in range(5)] == ["a", "b", "a, 2", "b, 2", "a, 3"]
