"""What a picture's job comes to: which places in the network's space, and which way between them. Pure.

A place is a spot of its own, as the network is asked for it. Between two places a picture is a mixture of their styles
(StyleGAN, Karras 2019, arXiv:1812.04948, mixes in w as well), which changes what is shown smoothly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from generation.wire.jobs import SEEDS, Spot

if TYPE_CHECKING:
    from generation.wire.jobs import PictureBrief

MORPH_FRAMES = 13  # from the first to the second; on the way back they are the same ones


@dataclass(frozen=True, slots=True)
class Plan:
    """`places` are what the network is asked for, `pictures` how much of the last place is in each picture, from 0 to 1.

    Where each picture is a place of its own (`between` is False), there are as many of one as of the other.
    """

    places: tuple[Spot, ...]
    between: bool
    shares: tuple[float, ...] = ()

    @property
    def pictures(self) -> int:
        """How many pictures the network makes."""
        return len(self.shares) if self.between else len(self.places)


def plan(brief: PictureBrief, seed: int) -> Plan:
    """The pictures of `brief`, in the job with that `seed`."""
    match brief.move:
        case "new":
            (spot,) = brief.spots
            return Plan(
                tuple(replace(spot, seed=(spot.seed + n) % SEEDS) for n in range(brief.count)), between=False
            )
        case "vary":
            (spot,) = brief.spots
            steps = ((seed + n) % SEEDS for n in range(brief.count))
            return Plan(tuple(replace(spot, away=(*spot.away, step)) for step in steps), between=False)
        case "mix":
            return Plan(
                brief.spots, between=True, shares=tuple(n / (brief.count - 1) for n in range(brief.count))
            )
        case "morph":
            return Plan(brief.spots, between=True, shares=tuple(map(_eased, range(MORPH_FRAMES))))


def there_and_back(frames: int) -> list[int]:
    """The order in which a morph shows its frames, so that it begins again where it ended."""
    return [*range(frames), *range(frames - 2, 0, -1)]


def _eased(frame: int) -> float:
    """Slow at both ends, where there is something to be seen."""
    return 0.5 - 0.5 * math.cos(math.pi * frame / (MORPH_FRAMES - 1))
