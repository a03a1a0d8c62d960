"""Pictures at Discord's sizes: pixels, transparent grounds, byte limits."""

from __future__ import annotations

import io
import os

import pytest
from PIL import Image

from studio.pictures import sizes
from tests.studio.pictures.painted import png, webp


def noise(side: int = 128) -> bytes:
    """A picture that no compression makes smaller."""
    out = io.BytesIO()
    Image.frombytes("RGBA", (side, side), os.urandom(side * side * 4)).save(out, "PNG")
    return out.getvalue()


def decoded(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    assert image.format == "PNG"
    return image


@pytest.mark.parametrize(("draw", "side"), [(sizes.full_size, 512), (sizes.emoji, 128), (sizes.sticker, 320)])
@pytest.mark.parametrize("native", [64, 128])
def test_each_size_is_as_said_and_keeps_its_transparent_ground(draw: object, side: int, native: int) -> None:
    image = decoded(draw(png(7, native)))  # type: ignore[operator]
    assert (image.size, image.mode) == ((side, side), "RGBA")
    assert image.getpixel((0, 0))[3] == 0
    assert image.getpixel((side // 2, side // 2)) == (3, 125, 33, 255)


def test_the_worst_picture_there_is_fits_as_emoji_and_as_sticker() -> None:
    worst = noise()
    assert len(sizes.emoji(worst)) <= sizes.EMOJI_BYTES
    assert len(sizes.sticker(worst)) <= sizes.STICKER_BYTES


def test_what_hides_behind_a_transparent_ground_does_not_bleed_into_the_edge() -> None:
    image = Image.new("RGBA", (128, 128), (255, 0, 0, 0))  # a red that nobody sees
    image.paste((0, 0, 255, 255), (32, 32, 96, 96))
    out = io.BytesIO()
    image.save(out, "PNG")
    large = decoded(sizes.full_size(out.getvalue()))
    assert max(red for red, _, _, alpha in large.getdata() if alpha > 8) < 32


@pytest.mark.parametrize("data", [b"", b"hello", png(1)[:60], webp(1), noise(4)[:8] + b"\0" * 40])
def test_what_is_no_png_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(sizes.NotAPictureError):
        sizes.check(data, "image/png")


def test_a_picture_larger_than_any_host_makes_is_refused_without_decoding_it() -> None:
    with pytest.raises(sizes.NotAPictureError, match="1100 x 1100"):
        sizes.check(png(1, 1100), "image/png")


def test_a_moving_picture_whose_frame_does_not_decode_is_said_to_be_none() -> None:
    frames = [Image.new("RGBA", (32, 32), (20 * n, 10, 200, 255)) for n in range(3)]
    packed = io.BytesIO()
    frames[0].save(packed, "WEBP", save_all=True, append_images=frames[1:], loop=0)
    data = bytearray(packed.getvalue())
    at = data.index(b"VP8") + 8
    data[at : at + 12] = b"\xff" * 12
    with pytest.raises(sizes.NotAPictureError):
        sizes.check(bytes(data), "image/webp")
