"""What a host makes of a picture job, without a network: discs, one colour a seed, with the notes of the wire."""

from __future__ import annotations

import hashlib
import io
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from generation.wire.events import Artifact

if TYPE_CHECKING:
    from generation.wire.jobs import PictureBrief, Spot

SIDE = 128


def png(seed: int, side: int = SIDE) -> bytes:
    """A disc on a transparent ground."""
    out = io.BytesIO()
    disc(seed, side).save(out, "PNG")
    return out.getvalue()


def disc(seed: int, side: int = SIDE) -> Image.Image:
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    colour = (37 * seed % 256, 91 * seed % 256, 151 * seed % 256, 255)
    ImageDraw.Draw(image).ellipse((side // 8, side // 8, side * 7 // 8, side * 7 // 8), fill=colour)
    return image


def webp(seed: int) -> bytes:
    """Two frames that go on for ever."""
    out = io.BytesIO()
    first, second = disc(seed, 256), disc(seed + 1, 256)
    first.save(out, "WEBP", save_all=True, append_images=[second], duration=80, loop=0)
    return out.getvalue()


def painted(brief: PictureBrief, seed: int) -> tuple[list[bytes], list[Artifact]]:
    """The bytes and the artifacts of a job, as `generation.wire` describes them."""
    first = brief.spots[0]
    if brief.move == "morph":
        return _told([webp(seed)], "image/webp", [None], first)
    spots: list[Spot | None] = [None] * brief.count
    if brief.move == "new":
        spots = [replace(first, seed=first.seed + n) for n in range(brief.count)]
    elif brief.move == "vary":
        spots = [replace(first, away=(*first.away, seed + n)) for n in range(brief.count)]
    return _told([png(seed + n) for n in range(brief.count)], "image/png", spots, first)


def _told(
    data: list[bytes], mime: str, spots: list[Spot | None], first: Spot
) -> tuple[list[bytes], list[Artifact]]:
    words = first.theme.split()[-1:] + ([first.style] if first.style else [])
    outside = "soup" in first.theme
    artifacts = [
        Artifact(
            part, mime, hashlib.sha256(each).hexdigest(),
            {
                "spot": None if spot is None else asdict(spot), "understood": words, "outside": outside,
                "nearest": ["bowl", "pot"] if outside else [], "alt": f"A sticker of a {words[0]}.",
            },
        )
        for part, (each, spot) in enumerate(zip(data, spots, strict=True))
    ]  # fmt: skip
    return data, artifacts
