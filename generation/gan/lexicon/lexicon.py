"""What a member asks of a picture, as the network knows it.

Words are looked up (`reading`), and put as the captions put them (`caption`). Where that leaves a doubt whether the
network has ever seen what is asked for, sentence vectors decide (`nearest`). Whether a theme is fit to be drawn at all
is not asked here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from generation.forms.brief import THEME_LIMIT
from generation.forms.pictures import STYLES
from generation.gan.lexicon import caption
from generation.gan.lexicon.errors import (
    EmptyThemeError,
    EnormousThemeError,
    UnknownLanguageError,
    UnknownStyleError,
    UnknownWordsError,
)
from generation.gan.lexicon.known import Known
from generation.gan.lexicon.nearest import Neighbours
from generation.gan.lexicon.plain import plain
from generation.gan.lexicon.reading import MOST, Reader

if TYPE_CHECKING:
    from generation.gan.lexicon.reading import Reading
    from generation.gan.text_encoder import Sentences

HERE = Path(__file__).parent
# From these cosines on a text is near enough to what is known: of a sticker the mean of the nearest
# group, of a painting, whose names are few, the nearest one.
STICKER_INSIDE, PAINTING_INSIDE = 0.40, 0.38
ALIKE = 0.65  # from here an unknown word is told to the network together with the known name nearest to it


@dataclass(frozen=True, slots=True)
class Understood:
    """A theme as understood. `caption` is what the network is given, `words` what the member is shown of it."""

    caption: str
    words: tuple[str, ...]
    outside: bool  # the theme lies outside what the network knows
    nearest: tuple[str, ...]  # up to three known names, when it does
    left_out: tuple[str, ...] = ()  # what a painting does not show of it, beside what it does


class Lexicon:
    """Understands themes. Holds no network: the sentence encoder is passed in, and asked only where in doubt."""

    def __init__(self, known: Known, neighbours: Neighbours) -> None:
        self.known = known
        self._reader = Reader(known)
        self._neighbours = neighbours
        self._emoji = {drawn: thing.name for thing in known.things for drawn in thing.emoji}

    @classmethod
    def load(cls) -> Lexicon:
        """The one that comes with the network, in about half a second."""
        known = Known.read(HERE / "known.json")
        return cls(known, Neighbours.read(HERE / "names.safetensors", known))

    def understand(self, theme: str, style: str, sentences: Sentences) -> Understood:
        """What `theme`, as typed, asks for in `style`, a name of `generation.forms.pictures.STYLES` or "" for any.

        Raises:
            LexiconError: the theme is empty, enormous, in no language that is read here, or the style is unknown.
        """
        if style and style not in STYLES:
            raise UnknownStyleError
        if len(theme) > THEME_LIMIT:
            raise EnormousThemeError(THEME_LIMIT)
        reading = self._reader.read(plain(theme, self._emoji), style)
        _refuse_the_unreadable(reading)
        if _is_inside(reading):
            return Understood(
                caption.caption(reading), caption.shown(reading), outside=False, nearest=(),
                left_out=caption.left_out(reading),
            )  # fmt: skip
        about = caption.content(reading)
        near = self._neighbours.near(about, sentences, painting=reading.painting)
        if reading.painting:  # "an ice cream" is no painting for being near to icy blues
            outside = bool(reading.unpainted) or near.best < PAINTING_INSIDE
        else:
            outside = near.group < STICKER_INSIDE
        if not reading.sure:
            # outside, what single keywords seemed to mean is not meant: the words themselves are all there is to tell
            if outside:
                reading = replace(reading, thing=None, said=(), unknown=(about,))
            elif not reading.known_words:
                alike = near.names[:1] if near.best >= ALIKE else ()
                reading = replace(reading, said=(*reading.unknown[:MOST], *alike), unknown=())
        return Understood(
            caption.caption(reading), caption.shown(reading), outside, near.names if outside else ()
        )


def _is_inside(reading: Reading) -> bool:
    """Whether words alone tell that the network knows what is asked for."""
    if reading.thing is not None and reading.sure:
        return reading.thing.seen
    if reading.sure or (reading.known_words and not reading.content):
        return True  # keywords in Chinese have no sentence vector
    # one keyword is what it says, several may say something else together: "the meaning of life"
    return not reading.unknown and " " not in reading.content


def _refuse_the_unreadable(reading: Reading) -> None:
    if reading.known_words or (
        reading.painting and not reading.unknown and (reading.style or reading.colours)
    ):
        return
    if reading.foreign:
        raise UnknownLanguageError
    if not reading.unknown and not reading.colours:
        raise EmptyThemeError
    if reading.chinese and not any(word.isascii() for word in reading.unknown):
        raise UnknownWordsError
