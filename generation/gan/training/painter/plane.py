"""The unit square as side x side pixels: noise, look-ups and ramps over it, in numpy alone.

Rules are written in 0..1, so that one seed gives one picture at any side. Noise is drawn on small lattices and
spread over the pixels by two small matrix products, which is several times as fast as resizing an image.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.gan.training.oklch import Colour

Field = npt.NDArray[np.float32]  # (side, side), or (side,) along x
Image = npt.NDArray[np.float32]  # (3, side, side) sRGB in 0..1, about
Pixels = npt.NDArray[np.uint8]  # (side, side, 4) sRGB and an alpha that is always 255

PHASES = 4  # how many sub-cell shifts of a lattice there are
STEPS = 1024  # of a ramp


class Plane:
    """`x` (1, side) and `y` (side, 1) are the centres of the pixels, y down."""

    def __init__(self, side: int) -> None:
        self.side = side
        centres = (np.arange(side, dtype=np.float32) + np.float32(0.5)) / np.float32(side)
        self.x: Field = centres[None, :]
        self.y: Field = centres[:, None]

    @cached_property
    def line(self) -> Field:
        """(side,) The centres along x."""
        return np.asarray(self.x[0], np.float32)

    def flat(self, colour: Colour) -> Image:
        image = np.empty((3, self.side, self.side), np.float32)
        image[:] = planes(colour)
        return image

    def noise(
        self, rng: np.random.Generator, cells: int = 4, octaves: int = 4, gain: float = 0.5,
        stretch: tuple[float, float] = (1, 1),
    ) -> Field:  # fmt: skip
        """(side, side) Fractal noise of mean 0 and deviation 1; `stretch` (y, x) makes it streaky.

        Octaves with more cells than pixels would be grain of no meaning: they are left out, and take their share
        of the deviation with them.
        """
        down_first, across_last = [], []
        kept = power = 0.0
        for octave in range(octaves):
            down = max(2, int(cells * 2**octave / stretch[0]))
            across = max(2, int(cells * 2**octave / stretch[1]))
            power += gain ** (2 * octave)
            lot = int(rng.integers(PHASES * PHASES))
            lattice = rng.standard_normal((down + 3, across + 3), dtype=np.float32)
            if octave and max(down, across) > self.side:
                continue  # drawn all the same, so that what comes after does not depend on the side
            kept += gain ** (2 * octave)
            lattice *= np.float32(gain**octave)
            down_first.append(_spread(self.side, down, lot // PHASES) @ lattice)
            across_last.append(_spread(self.side, across, lot % PHASES))
        out = np.concatenate(down_first, 1) @ np.concatenate(across_last, 1).T
        flat = out.reshape(-1)
        flat -= flat.mean()
        flat *= np.float32((kept / power) ** 0.5 / ((float(flat @ flat) / flat.size) ** 0.5 + 1e-6))
        return out

    def ridge(self, rng: np.random.Generator, cells: int, octaves: int, gain: float = 0.5) -> Field:
        """(side,) Noise along x alone, of deviation about 1."""
        out = np.zeros(self.side, np.float32)
        for octave in range(octaves):
            count = cells * 2**octave
            lattice = rng.standard_normal(count + 3, dtype=np.float32)
            out += np.float32(gain**octave) * (_spread(self.side, count, int(rng.integers(PHASES))) @ lattice)
        return out

    def moved(self, image: npt.NDArray[np.uint8], dy: Field, dx: Field) -> Pixels:
        """`image` (side, side, 4) with each pixel fetched from (y + dy, x + dx), the nearest one, edges held.

        To be used at twice the final size: the mean of four nearest pixels is as smooth as bilinear look-up.
        """
        packed = np.ascontiguousarray(image).view(np.uint32).reshape(-1)
        return packed.take(self.places(dy, dx)).view(np.uint8).reshape(self.side, self.side, 4)

    def drifted(self, field: Field, dy: Field, dx: Field) -> Field:
        """A field moved in the same way."""
        return field.reshape(-1).take(self.places(dy, dx))

    def places(self, dy: Field, dx: Field) -> npt.NDArray[np.intp]:
        """(side, side) Flat places of what lies at (y + dy, x + dx)."""
        rows = np.clip((self.y + dy) * self.side, 0, self.side - 1).astype(np.intp)
        columns = np.clip((self.x + dx) * self.side, 0, self.side - 1).astype(np.intp)
        return np.asarray(rows * self.side + columns, np.intp)

    def at(self, field: npt.NDArray[np.float32], points: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
        """(n, ...) What a field holds at points (n, 2) of x, y in 0..1, the edge for those outside."""
        places = np.clip((points * self.side).astype(np.intp), 0, self.side - 1)
        return np.asarray(field[places[:, 1], places[:, 0]])

    def ramp(self, colours: Sequence[Colour], amount: Field) -> Pixels:
        """`amount` 0..1 (clamped) to colours along the list, smoothly."""
        table = np.full((STEPS, 4), 255, np.uint8)
        table[:, :3] = _between(np.array(colours, np.float32), np.linspace(0, 1, STEPS, dtype=np.float32))
        steps = np.clip(amount * np.float32(STEPS), 0, STEPS - 1).astype(np.intp)
        steps = np.broadcast_to(steps, (self.side, self.side))
        return table.view(np.uint32).reshape(-1).take(steps).view(np.uint8).reshape(self.side, self.side, 4)


def _between(colours: npt.NDArray[np.float32], amount: Field) -> npt.NDArray[np.uint8]:
    """(k, 3) colours looked up at (n,) amounts in 0..1, as (n, 3) bytes."""
    place = amount * (len(colours) - 1)
    before = np.clip(place.astype(np.intp), 0, len(colours) - 2)
    share = (place - before)[:, None]
    share = share * share * (3 - 2 * share)
    return to_bytes(colours[before] * (1 - share) + colours[before + 1] * share)


@cache
def plane_of(side: int) -> Plane:
    return Plane(side)


@cache
def _spread(side: int, cells: int, phase: int) -> Field:
    """(side, cells + 3) Catmull-Rom weights that take a lattice to `side` pixels."""
    start = 1 + phase / PHASES
    place = start + (np.arange(side) + 0.5) / side * (cells + 1 - start)
    first = np.clip(place.astype(np.intp) - 1, 0, cells - 1)
    t = place - first - 1
    weights = np.zeros((side, cells + 3), np.float32)
    for offset, weight in enumerate(
        (
            -0.5 * t**3 + t**2 - 0.5 * t,
            1.5 * t**3 - 2.5 * t**2 + 1,
            -1.5 * t**3 + 2 * t**2 + 0.5 * t,
            0.5 * t**3 - 0.5 * t**2,
        )
    ):
        weights[np.arange(side), first + offset] = weight
    return weights


def to_bytes(values: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """0..1 to 0..255, clamped and rounded."""
    return np.asarray(np.clip(values * np.float32(255) + np.float32(0.5), 0, 255), np.uint8)


def to_pixels(image: Image) -> Pixels:
    """(3, side, side) of 0..1 to bytes."""
    out = np.full((*image.shape[1:], 4), 255, np.uint8)
    out[..., :3] = to_bytes(image).transpose(1, 2, 0)
    return out


def to_picture(image: Image) -> npt.NDArray[np.uint8]:
    """(3, side, side) of 0..1 to (side, side, 3) bytes."""
    return np.ascontiguousarray(to_bytes(image).transpose(1, 2, 0))


def to_image(pixels: npt.NDArray[np.uint8]) -> Image:
    """(side, side, 3 or 4) bytes to (3, side, side) of 0..1."""
    return np.ascontiguousarray(pixels[..., :3].transpose(2, 0, 1)).astype(np.float32) * np.float32(1 / 255)


def planes(colour: Colour) -> Image:
    """A colour as it broadcasts over an image: (3, 1, 1)."""
    return np.array(colour, np.float32)[:, None, None]


def blend(image: Image, over: Image, amount: Field) -> None:
    """Lay an image, or the `planes` of a colour, over another in place; `amount` (side, side) is how thickly, 0..1."""
    image += (over - image) * amount


def screen(image: Image, light: Colour, amount: Field) -> None:
    """Add light of a colour in place, as on a lit screen: never beyond white. `amount` is (side, side) in 0..1."""
    image += (1 - image) * (planes(light) * amount)


def smooth(values: Field) -> Field:
    """Smooth step: 0 below 0, 1 above 1, soft between."""
    values = np.clip(values, 0, 1)
    return values * values * (3 - 2 * values)
