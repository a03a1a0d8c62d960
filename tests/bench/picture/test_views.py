"""How the referee sees a picture."""

from __future__ import annotations

import numpy as np
from PIL import Image

from bench.picture.referee import copies
from bench.picture.views import thumbnails, view


def test_what_is_transparent_is_white_whatever_colour_lies_under_it() -> None:
    clear = Image.new("RGBA", (128, 128), (200, 0, 0, 0))
    assert (view(clear) == 255).all()
    half = Image.new("RGBA", (64, 64), (0, 0, 0, 128))
    assert set(np.unique(view(half))) == {127}


def test_every_size_becomes_sixty_four_and_a_picture_of_that_size_stays_as_it_is() -> None:
    assert view(Image.new("RGB", (320, 200))).shape == (64, 64, 3)
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    assert (view(Image.fromarray(noise)) == noise).all()


def test_a_thumbnail_is_the_mean_of_each_four_by_four_in_rows() -> None:
    picture = np.zeros((1, 64, 64, 3), np.uint8)
    picture[0, 4:8, 8:12, 1] = 255  # the block in the second row, third column
    picture[0, 60:64, 60:62, 2] = 255  # half of the last block
    small = thumbnails(picture).reshape(16, 16, 3)
    assert small[1, 2].tolist() == [0, 1, 0]
    assert small[15, 15].tolist() == [0, 0, 0.5]
    assert small.sum() == 1.5


def test_a_picture_that_training_saw_is_a_copy_and_another_is_none() -> None:
    rng = np.random.default_rng(1)
    trained = rng.integers(0, 256, (5, 64, 64, 3), np.uint8)
    faint = np.clip(trained[:1].astype(int) + 5, 0, 255).astype(np.uint8)  # 5 grey levels are 0.02
    far = np.full((1, 64, 64, 3), 255, np.uint8)
    assert copies(np.concatenate([trained[:2], faint, far]), trained)["copies_share"] == 0.75
    assert copies(trained, trained) == {"copies_share": 1.0, "nearest_rms": 0.0}
