"""The one file that shows what was made: how it is laid out, and that it fits."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from studio.pictures import sheet
from tests.studio.pictures.painted import png, webp
from tests.studio.pictures.test_sizes import noise

PLENTY = 10 * 2**20


def decoded(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


@pytest.mark.parametrize(("many", "columns", "rows"), [(2, 2, 1), (3, 3, 1), (4, 2, 2)])
def test_a_grid_has_two_in_a_row_where_there_are_four(many: int, columns: int, rows: int) -> None:
    image = decoded(sheet.grid([png(n) for n in range(1, many + 1)], PLENTY))
    gap = round(256 / 24)
    assert image.size == (columns * (256 + gap) + gap, rows * (256 + gap) + gap)


def test_each_picture_lies_in_its_place_on_the_neutral_ground() -> None:
    pictures = [png(n) for n in range(1, 5)]
    image = decoded(sheet.grid(pictures, PLENTY))
    step = (image.width - 11) // 2
    for number in range(4):
        left, top = 11 + (number % 2) * step, 11 + (number // 2) * step
        seed = number + 1
        assert image.getpixel((left + 128, top + 128)) == (37 * seed % 256, 91 * seed % 256, 151 * seed % 256)
        assert image.getpixel((left + 2, top + 2)) == sheet.GROUND


def test_a_strip_of_nine_is_one_row_no_wider_than_a_sheet_may_be() -> None:
    image = decoded(sheet.strip([png(n) for n in range(9)], PLENTY))
    assert image.width > 8 * image.height
    assert image.width <= sheet.WIDEST


def test_numbers_are_drawn() -> None:
    blank = png(0)
    image = decoded(sheet.grid([blank] * 2, PLENTY))
    first, second = image.crop((0, 230, 60, 278)), image.crop((267, 230, 327, 278))
    assert first.getcolors() is not None
    assert len(set(first.getdata())) > 2
    assert list(first.getdata()) != list(second.getdata())


def test_a_sheet_shrinks_until_it_fits_and_says_when_it_cannot() -> None:
    pictures = [noise() for _ in range(4)]
    large = sheet.grid(pictures, PLENTY)
    small = sheet.grid(pictures, len(large) // 4)
    assert len(small) <= len(large) // 4
    assert decoded(small).width < decoded(large).width
    with pytest.raises(sheet.TooLargeError):
        sheet.grid(pictures, 1000)


def test_one_alone_is_at_full_size_or_as_it_was_made_or_not_at_all() -> None:
    one = noise()
    assert decoded(sheet.attachment("new", [one], PLENTY)).size == (512, 512)
    assert sheet.attachment("vary", [one], len(one)) == one
    with pytest.raises(sheet.TooLargeError):
        sheet.attachment("new", [one], len(one) - 1)


def test_what_moves_is_left_as_it_was_made() -> None:
    moving = webp(1)
    assert sheet.attachment("morph", [moving], len(moving)) == moving
    with pytest.raises(sheet.TooLargeError):
        sheet.attachment("morph", [moving], len(moving) - 1)
