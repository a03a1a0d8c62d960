"""The styles in which a picture can be asked for, and themes to show what is meant by one.

Sticker styles are those of the sets of emoji that the network was shown, each by the word that stands for it in their
captions; media are those in which its abstract paintings are painted. What a theme means to the network is
`generation.gan.lexicon`'s business.

Torch-free: the bot's autocomplete, the studio's checks and the host all read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

StyleKind = Literal["sticker", "painting"]


@dataclass(frozen=True, slots=True)
class Style:
    """One style. `words` are what captions call it; a painting's also say how the paint lies."""

    name: str
    kind: StyleKind
    title: str
    description: str
    words: str


_ALL = (
    Style("flat", "sticker", "Flat", "clean areas of plain colour", "flat"),
    Style("shaded", "sticker", "Shaded", "soft shadows and a little depth", "shaded"),
    Style("simple", "sticker", "Simple", "bold and flat, with few details", "simple"),
    Style("glossy", "sticker", "Glossy", "bright gradients that shine", "glossy"),
    Style("3d", "sticker", "3D", "rounded, like moulded plastic", "3d"),
    Style("pixel art", "sticker", "Pixel art", "large square pixels, like an old game", "pixel art"),
    Style("blob", "sticker", "Blob", "soft and round, with a friendly look", "blob"),
    Style("rounded cartoon", "sticker", "Rounded cartoon", "a cheerful cartoon with round edges", "rounded cartoon"),
    Style("smooth", "sticker", "Smooth", "clean curves and even colours", "smooth"),
    Style("muted", "sticker", "Muted", "flat, in quiet colours", "muted"),
    Style("outlined", "sticker", "Outlined", "drawn with lines around everything", "outlined"),
    Style("oil", "painting", "Oil", "an abstract painting, thick paint on canvas", "oil on canvas"),
    Style("watercolour", "painting", "Watercolour", "an abstract painting, thin washes on paper", "watercolour"),
    Style("gouache", "painting", "Gouache", "an abstract painting, opaque paint on paper", "gouache on paper"),
    Style("clean", "painting", "Print", "an abstract painting, flat like a graphic print", "flat graphic print"),
    Style("ink", "painting", "Ink", "an abstract painting, brush and ink", "ink on paper"),
)  # fmt: skip

STYLES: dict[str, Style] = {style.name: style for style in _ALL}

THEME_EXAMPLES = (
    "a fox", "a blue apple", "a sleepy cat", "a green dragon", "a slice of pizza", "a rocket", "a full moon",
    "a cactus with flowers", "a golden crown", "a ghost",
    "waves in deep night blues", "mountains at dusk", "concentric circles in soft pastel colours", "a swirling night sky",
)  # fmt: skip
