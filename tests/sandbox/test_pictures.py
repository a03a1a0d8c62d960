"""What is read from a picture's bytes: its size, its frames, and whether it is whole."""

from __future__ import annotations

import pytest

from sandbox.animations import Played, played
from sandbox.pictures import kind, size
from tests.sandbox.drawn import picture

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000003000000020806000000"
) + b"\0" * 8  # fmt: skip
KINDS = {"PNG": "image/png", "GIF": "image/gif", "JPEG": "image/jpeg", "WEBP": "image/webp"}


def test_the_size_of_pictures_is_read() -> None:
    assert size(PIXEL) == (3, 2)
    assert size(b"GIF89a\x05\x00\x04\x00") == (5, 4)
    assert size(b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x07\x00\x09\x01") == (9, 7)
    assert size(b"text") is None


@pytest.mark.parametrize("name", KINDS)
def test_a_real_pictures_kind_and_size_are_read_and_it_stands_still(name: str) -> None:
    data = picture(name, side=300)
    assert (kind(data), size(data), played(data)) == (KINDS[name], (300, 300), Played(1, 0.0))


@pytest.mark.parametrize("how", [{"lossless": True}, {"quality": 80}, {"lossless": True, "frames": 3}])
def test_every_sort_of_webp_has_its_size_read(how: dict[str, int]) -> None:
    assert size(picture("WEBP", side=257, **how)) == (257, 257)


def test_an_opaque_lossy_webp_has_its_size_read() -> None:
    frame = (
        b"VP8 \x14\0\0\0" + b"\0\0\0\x9d\x01\x2a" + (41).to_bytes(2, "little") + (42).to_bytes(2, "little")
    )
    assert size(b"RIFF\x20\0\0\0WEBP" + frame) == (41, 42)


@pytest.mark.parametrize("name", ["PNG", "GIF", "WEBP"])
def test_the_frames_of_what_moves_are_counted_and_timed(name: str) -> None:
    found = played(picture(name, side=32, frames=4, ms=40))
    assert found is not None
    assert (found.frames, round(found.seconds, 3), found.moves) == (4, 0.16, True)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("frames", [1, 3])
def test_a_picture_that_breaks_off_is_none(name: str, frames: int) -> None:
    data = picture(name, side=32, frames=1 if name == "JPEG" else frames)
    for end in (0, 6, 12, 20, 30, len(data) // 2, len(data) - 3):
        assert played(data[:end]) is None, end


def test_a_picture_with_a_flipped_bit_is_none() -> None:
    data = bytearray(picture(side=32))
    data[data.index(b"IDAT") + 8] ^= 1
    assert played(bytes(data)) is None


@pytest.mark.parametrize("data", [b"", b"text", b"<svg/>", b"RIFF\0\0\0\0WAVE"])
def test_what_is_no_picture_is_none(data: bytes) -> None:
    assert (kind(data), size(data), played(data)) == (None, None, None)
