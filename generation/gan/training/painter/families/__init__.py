"""The rules: each draws one kind of picture from a palette and says in words what it drew.

28 families by 26 rules (`burst` also winds spirals, `mosaic` also glazes windows), in the odds given here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.gan.training.painter.families.fields import colour_fields, grid, stripes
from generation.gan.training.painter.families.lines import brushwork, drips, flow
from generation.gan.training.painter.families.liquid import marbling, paper_cut, waves
from generation.gan.training.painter.families.places import city, hills, ink_wash
from generation.gan.training.painter.families.plants import cutouts, flowers
from generation.gan.training.painter.families.rounds import arcs, burst, circles, dots, rings
from generation.gan.training.painter.families.shapes import composition, suprematist
from generation.gan.training.painter.families.skies import aurora, nebula, night_sky
from generation.gan.training.painter.families.tiles import facets, mosaic

if TYPE_CHECKING:
    from generation.gan.training.painter.subject import Family

ODDS: dict[Family, int] = {
    colour_fields: 1, grid: 1, circles: 1, rings: 1, arcs: 1, suprematist: 1, drips: 1, flow: 2, waves: 1, stripes: 1,
    mosaic: 1, marbling: 2, paper_cut: 1, hills: 2, night_sky: 1, brushwork: 2, burst: 1, facets: 1, dots: 1,
    composition: 2, ink_wash: 1, cutouts: 1, nebula: 1, flowers: 2, city: 1, aurora: 1,
}  # fmt: skip
FAMILIES: tuple[Family, ...] = tuple(family for family, odds in ODDS.items() for _ in range(odds))
NAMES = (
    "colour field", "grid", "stripes", "circles", "concentric circles", "arcs", "dots", "burst", "spiral", "facets",
    "mosaic", "stained glass", "marbled", "paper cut", "waves", "drip painting", "flowing lines", "brush strokes",
    "suprematist", "composition", "abstract flowers", "cut-outs", "abstract landscape", "abstract city", "ink wash",
    "night sky", "nebula", "aurora",
)  # fmt: skip
