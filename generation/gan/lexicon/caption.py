"""What was read, in the words of the captions that the network was trained on; and the words that a member is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.pictures import STYLES
from generation.gan.lexicon.colours import ENGLISH
from generation.gan.lexicon.reading import MOST
from generation.gan.network import PAINTING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.gan.lexicon.known import Thing
    from generation.gan.lexicon.reading import Reading


def caption(reading: Reading) -> str:
    """One caption, as the data has them: "a fox, flat", "a red fox, flat", "fox, forest"."""
    return _painting(reading) if reading.painting else _sticker(reading)


def shown(reading: Reading) -> tuple[str, ...]:
    """What was understood: the thing, what is said of it, colours, style."""
    parts: list[str] = [PAINTING] if reading.painting else []
    if reading.thing is not None:
        parts.append(_name(reading.thing, reading.colours))
    parts += [reading.family, *reading.said, reading.palette, *reading.colours, reading.style]
    return tuple(dict.fromkeys(part for part in parts if part))


def left_out(reading: Reading) -> tuple[str, ...]:
    """What is asked of a painting and not painted: "a fox in a forest" is a forest. Chinese words unknown here are not told."""
    words = tuple(word for word in reading.unknown if word.isascii())
    return words[:MOST] if reading.painting and reading.sure else ()


def _sticker(reading: Reading) -> str:
    """Of a sticker. Where no thing is named, what is said stands in its place; where nothing is, the unknown words."""
    said = list(reading.said)
    if reading.thing is not None:
        name, article = _name(reading.thing, reading.colours), reading.thing.article
    elif said:
        name, article = said.pop(0), ""
    else:
        name, article = " ".join(reading.unknown), ""
    beside = "".join(f", {word}" for word in said)
    if len(reading.colours) == 2:
        coloured = f"{article}{name} in {' and '.join(reading.colours)}".strip()
        return (
            f"{coloured}{beside}, {reading.style} emoji on a white background"
            if reading.style
            else coloured + beside
        )
    if len(reading.colours) == 1:
        colour = reading.colours[0]
        # as the recoloured pictures are called, which taught the network what a colour does to a thing
        before = _article(colour) if article and reading.style else ""
        coloured = f"{before}{colour} {name}".strip()
        return f"{coloured}{beside}, {reading.style}" if reading.style else coloured + beside
    return f"{article}{name}{beside}, {reading.style}" if reading.style else name + beside


def _name(thing: Thing, colours: Sequence[str]) -> str:
    """The thing's name, without the colour in it where others are asked for: a blue apple is no red apple."""
    first, _, rest = thing.name.partition(" ")
    return rest if colours and rest and first in ENGLISH else thing.name


def _painting(reading: Reading) -> str:
    parts = ["an abstract painting", reading.palette, reading.family, *reading.said]
    if not (reading.family or reading.palette or reading.said):
        parts.append(" ".join(reading.unknown))
    if reading.colours:
        parts.append(f"{' and '.join(reading.colours)} tones")
    if reading.style:
        parts.append(STYLES[reading.style].words)
    return ", ".join(part for part in parts if part)


def _article(word: str) -> str:
    return "an " if word[0] in "aeiou" else "a "


def content(reading: Reading) -> str:
    """What a theme is about and nothing else, for its sentence vector: a thing that is named, else all it says."""
    if reading.thing is not None and reading.sure:
        return reading.thing.name
    return reading.content or " ".join(reading.unknown)
