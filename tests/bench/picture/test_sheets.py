"""Sheets to look at."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageFont

from bench.picture.real import RealPictures
from bench.picture.samples import samples
from bench.picture.sheet import GAP, LARGEST, LINE, Cell, broken, kept, sheet
from bench.picture.sheets import drawn, keep, spaced
from tests.bench.picture.twin import Twin

if TYPE_CHECKING:
    from pathlib import Path


def test_words_are_broken_between_words_and_what_has_no_room_ends_in_an_ellipsis() -> None:
    font = ImageFont.load_default(11)
    assert broken("a red fox", font, 200, 2) == ["a red fox"]
    two = broken("a very red fox that sleeps in the snow", font, 80, 2)
    assert len(two) == 2
    assert two[1].endswith("…")
    assert all(font.getlength(line.rstrip("…")) <= 80 for line in two)
    assert broken("incomprehensibilities", font, 10, 2) == ["incomprehensibilities"]


def test_cells_stand_in_rows_with_their_pictures_side_by_side_on_white() -> None:
    red, clear = Image.new("RGBA", (8, 8), "red"), Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    page = sheet([Cell((red, clear), "one")] * 3, columns=2, side=20, lines=1)
    assert page.size == (2 * (40 + GAP) + GAP, 2 * (20 + LINE + GAP) + GAP)
    assert page.getpixel((GAP + 10, GAP + 10)) == (255, 0, 0)
    assert page.getpixel((GAP + 30, GAP + 10)) == (255, 255, 255)
    assert page.getpixel((page.width - GAP - 10, page.height - GAP - LINE - 10)) != (255, 0, 0)  # no fourth


def test_a_sheet_is_kept_small_or_refused() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (600, 600, 3), np.uint8)
    assert len(kept(Image.fromarray(noise))) < LARGEST
    huge = np.random.default_rng(0).integers(0, 256, (1200, 1200, 3), np.uint8)
    with pytest.raises(ValueError, match="does not fit"):
        kept(Image.fromarray(huge))


def test_samples_are_spaced_over_the_keys_in_turn() -> None:
    found = spaced(samples(["seen"]), lambda sample: sample.id.partition("_")[0], 22)
    styles = [sample.id.partition("_")[0] for sample in found]
    assert len(set(styles[:11])) == 11
    assert set(styles[:11]) == set(styles[11:])


def test_every_sheet_is_drawn_and_kept(tmp_path: Path) -> None:
    sizes = keep(drawn(Twin(), RealPictures()), tmp_path)
    assert {name.removesuffix(".webp") for name in sizes} == {
        "seen", "unseen", "abstract", "combined", "spread", "coloured", "mixed",
    }  # fmt: skip
    for name, size in sizes.items():
        found = (tmp_path / name).read_bytes()
        assert len(found) == size < LARGEST
        with Image.open(io.BytesIO(found)) as page:
            assert page.format == "WEBP"
