"""Pictures as files, read back by a decoder that is not ours."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from generation.gan.encoding import FRAME_LIMIT, animation, on_white, png, webp_frame


def disc(side: int, colour: tuple[int, int, int] = (200, 40, 40)) -> np.ndarray:
    """A disc on a transparent ground that is black underneath, as careless networks leave it."""
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    picture = np.zeros((side, side, 4), np.uint8)
    picture[np.hypot(x, y) < side * 0.4] = (*colour, 255)
    return picture


def test_a_png_of_the_native_size_is_the_picture_to_the_last_bit() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (128, 128, 4), np.uint8)
    image = Image.open(io.BytesIO(png(noise)))
    assert (image.format, image.mode) == ("PNG", "RGBA")
    assert np.array_equal(np.asarray(image), noise)


def test_a_smaller_picture_is_made_larger_without_a_dark_rim() -> None:
    image = np.asarray(Image.open(io.BytesIO(png(disc(64)))))
    assert image.shape == (128, 128, 4)
    assert image[0, 0, 3] == 0
    rim = image[(image[..., 3] > 100) & (image[..., 3] < 250)]
    assert len(rim)
    assert abs(rim[:, :3].astype(int) - (200, 40, 40)).max() < 60


def test_white_paper_shows_where_a_picture_is_thin() -> None:
    thin = np.array([[[0, 100, 200, 255], [0, 100, 200, 0], [0, 100, 200, 51]]], np.uint8)
    assert on_white(thin).tolist() == [[[0, 100, 200, 255], [255, 255, 255, 255], [204, 224, 244, 255]]]


def test_a_frame_stays_small_whatever_is_on_it() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (128, 128, 4), np.uint8)
    assert len(webp_frame(disc(128))) < FRAME_LIMIT / 3
    assert len(webp_frame(noise)) <= 1.5 * FRAME_LIMIT


@pytest.mark.parametrize("alpha", [True, False])
def test_a_moving_picture_is_read_as_what_was_put_in_and_loops_for_ever(alpha: bool) -> None:
    pictures = [disc(128, colour) for colour in ((250, 0, 0), (0, 250, 0), (0, 0, 250))]
    if not alpha:
        for picture in pictures:
            picture[..., 3] = 255
    order, durations = [0, 1, 2, 1], [480, 80, 480, 80]
    image = Image.open(io.BytesIO(animation([webp_frame(one) for one in pictures], order, durations)))
    assert (image.format, image.size, image.n_frames, image.info["loop"]) == ("WEBP", (256, 256), 4, 0)
    for n, at in enumerate(order):
        image.seek(n)
        image.load()
        assert image.info["duration"] == durations[n]
        shown = np.asarray(image.convert("RGBA")).astype(int)
        assert abs(shown[128, 128, :3] - pictures[at][64, 64, :3]).max() < 30
        assert shown[2, 2, 3] == (0 if alpha else 255)  # nothing of the frame before shines through


def test_the_worst_moving_picture_stays_under_what_is_promised() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (13, 128, 128, 4), np.uint8)
    frames = [webp_frame(one) for one in noise]
    data = animation(frames, [*range(13), *range(11, 0, -1)], [80] * 24)
    assert (
        len(data) < 500_000 * 1.5
    )  # noise from edge to edge; what a network makes is far below (test_engine.py)
