"""A theme's words by the part they play in a picture: the thing it shows, what is said of it, colours, style, paint."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from generation.gan.lexicon.everyday import DESCRIBING
from generation.gan.lexicon.index import Index
from generation.gan.lexicon.styles import is_painting
from generation.gan.lexicon.words import tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.gan.lexicon.index import Found, Sense
    from generation.gan.lexicon.known import Known, Thing
    from generation.gan.lexicon.words import Token

LONGEST = 128  # tokens that are looked at: names of symbols make many of few characters
MOST = 4  # words told beside the thing; captions have no more
_COLOURS = 2
_CONTENT = ("thing", "keyword", "quality", "family", "palette", "phrase")
_PLACES = frozenset(("in", "at", "on", "over", "under", "by", "of"))


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. `thing` is the one that a sticker shows; None where none is named, and of a painting."""

    painting: bool
    thing: Thing | None = None
    said: tuple[str, ...] = ()  # other things and what is said of the main one; of a painting, its phrases
    family: str = ""
    palette: str = ""
    colours: tuple[str, ...] = ()
    style: str = ""
    unpainted: tuple[str, ...] = ()  # things named of a painting, which shows none
    unknown: tuple[str, ...] = ()  # words that mean something, but nothing known here
    content: str = ""  # what it says in English, without colours, styles and small words
    known_words: int = 0  # how many tokens of content are known
    sure: bool = False  # a thing or a subject of paintings is named, rather than hinted at by a keyword
    foreign: bool = False  # letters of a script that is not read
    chinese: bool = False  # unknown words in Chinese among them


class Reader:
    """Reads themes by what is known."""

    def __init__(self, known: Known) -> None:
        self._index = Index(known)
        self._things = {thing.name: thing for thing in known.things}
        self._simplified = str.maketrans(known.simplified)
        self._carried: dict[str, set[str]] = defaultdict(set)  # keyword -> names of the things that carry it
        for thing in known.things:
            for word in (*thing.words, *thing.name.split()):
                self._carried[word.casefold()].add(thing.name)

    def read(self, plain: str, style: str) -> Reading:
        """Read `plain`, a theme without markup; `style` is the one asked for beside it, or ""."""
        theme = tokens(plain.translate(self._simplified))[:LONGEST]
        if is_painting(style):
            return self._read(theme, style, painting=True)
        sticker = self._read(theme, style, painting=False)
        if style:
            return sticker
        painting = self._read(theme, style, painting=True)
        return painting if self._means_a_painting(theme, sticker, painting) else sticker

    def _means_a_painting(self, theme: Sequence[Token], sticker: Reading, painting: Reading) -> bool:
        """Said so; or nothing but colours; or what paintings show covers more of it, in longer phrases, than things do."""
        things, terms = (self._index.find(theme, painting=painting) for painting in (False, True))
        if is_painting(sticker.style) or _said(things, "painting"):
            return True
        if any(not is_painting(name) for name in _said(terms, "style")):
            return False
        art = "art" in _said(things, "stop")
        if not sticker.known_words and (art or sticker.colours or painting.palette):
            return not painting.unknown
        named = _weight(things, sure="thing", hints=("keyword", "quality"))
        subjects = _weight(terms, sure="family", hints=("phrase",))
        # "mountains at dusk" is painted as it stands; "colourful mountain" is the thing
        placed = any(token.text in _PLACES for token in theme) and not painting.unknown
        subject = bool(painting.family) or any(map(_is_subject, painting.said))
        scene = placed and bool(painting.palette) and subject
        return painting.sure and (subjects > named or scene or (art and subjects == named))

    def _read(self, theme: Sequence[Token], style: str, *, painting: bool) -> Reading:
        found = self._index.find(theme, painting=painting)
        found = [_settled(found, at, painting=painting) for at in range(len(found))]
        content = [piece for piece in found if piece.sense is None or piece.sense.kind in _CONTENT]
        missing = [theme[piece.start] for piece in found if piece.sense is None]
        reading = Reading(
            painting=painting,
            colours=tuple(dict.fromkeys(_said(found, "colour")))[:_COLOURS],
            style=style or next(iter(_said(found, "style")), ""),
            unknown=tuple(token.text for token in missing if token.script != "break"),
            content=" ".join(
                token.text
                for piece in content
                for token in theme[piece.start : piece.end]
                if token.script == "english"
            ),
            foreign=any(token.script == "other" for token in missing),
            chinese=any(token.script == "chinese" for token in missing),
        )
        return self._painted(reading, found) if painting else self._shown(reading, theme, found)

    def _painted(self, reading: Reading, found: Sequence[Found]) -> Reading:
        """The subject of a painting; things, which paintings do not show, count as words unknown to them."""
        families, palettes = _said(found, "family"), _said(found, "palette")
        phrases, strange = _said(found, "phrase"), _said(found, "thing", "keyword", "quality")
        return replace(
            reading,
            style=reading.style if is_painting(reading.style) else "",
            family=next(iter(families), ""),
            palette=next(iter(palettes), ""),
            said=tuple(dict.fromkeys((*families[1:], *palettes[1:], *phrases)))[:MOST],
            unpainted=tuple(dict.fromkeys(_said(found, "thing"))),
            unknown=tuple(dict.fromkeys((*strange, *reading.unknown))),
            known_words=_covered(found, ("family", "palette", "phrase")),
            sure=bool(families or palettes or phrases),
        )

    def _shown(self, reading: Reading, theme: Sequence[Token], found: Sequence[Found]) -> Reading:
        """The main thing of a sticker, and all else beside it."""
        main = _main(theme, found)
        words = [p.sense for p in found if p.sense and p.sense.kind in ("thing", "keyword", "quality")]
        sure = main is not None
        if main is None:
            main = self._meant([sense for sense in words if sense.kind == "keyword"])
        # of a keyword the thing is told first, and then the word, as captions do: "martial arts uniform, karate"
        said = [
            sense.word
            for sense in words
            if not main or (sense.word != main.name.casefold() and (not sure or sense.name != main.name))
        ]
        return replace(
            reading,
            thing=self._things[main.name] if main else None,
            said=tuple(dict.fromkeys(said))[:MOST],
            known_words=_covered(found, ("thing", "keyword", "quality")),
            sure=sure,
        )

    def _meant(self, keywords: Sequence[Sense]) -> Sense | None:
        """Of the things that keywords lead to, the one that carries most of them."""
        votes: Counter[str] = Counter()
        for sense in keywords:
            votes.update(self._carried[sense.word] | ({sense.name} if sense.name else set()))
        leads = [sense for sense in keywords if sense.name]
        return max(leads, key=lambda sense: votes[sense.name], default=None)


def _settled(found: Sequence[Found], at: int, *, painting: bool) -> Found:
    """Piece `at`, where a word is both a colour and a thing: a colour if it stands before a thing, or in a painting."""
    piece = found[at]
    if (
        piece.sense is None
        or piece.alternative is None
        or piece.sense.kind not in ("thing", "keyword", "quality")
    ):
        return piece
    after = next((p.sense for p in found[at + 1 :] if p.sense is None or p.sense.kind != "stop"), None)
    is_colour = painting or (after is not None and after.kind in ("thing", "keyword", "quality", "colour"))
    return replace(piece, sense=piece.alternative) if is_colour else piece


def _main(theme: Sequence[Token], found: Sequence[Found]) -> Sense | None:
    """The thing that a theme is about.

    In Chinese what a theme is about stands after the last 的; then, as in English, it is the last of the first run of
    words: the cat of "a robot cat on a red bicycle".
    """
    after = max((at for at, p in enumerate(found) if theme[p.end - 1].text == "的"), default=-1) + 1
    for some, describing in ((found[after:], False), (found, False), (found, True)):
        main: Sense | None = None
        for piece in some:
            sense = piece.sense
            if sense is not None and sense.kind == "thing" and (describing or sense.word not in DESCRIBING):
                main = sense
            elif (sense is None or sense.kind == "stop") and main is not None:
                break
        if main is not None:
            return main
    return None


def _said(found: Sequence[Found], *kinds: str) -> list[str]:
    """The words of what is found of `kinds`, in order."""
    return [piece.sense.word for piece in found if piece.sense and piece.sense.kind in kinds]


def _covered(found: Sequence[Found], kinds: tuple[str, ...]) -> int:
    return sum(piece.end - piece.start for piece in found if piece.sense and piece.sense.kind in kinds)


def _weight(found: Sequence[Found], sure: str, hints: tuple[str, ...]) -> float:
    """Tokens covered, longer phrases for more (a night sky is more than a night and a sky), hints for half."""
    weight = 0.0
    for piece in found:
        size = piece.end - piece.start
        if piece.sense and piece.sense.kind in (sure, *hints):
            weight += size**2 * (0.5 if piece.sense.kind in hints else 1)
    return weight


def _is_subject(phrase: str) -> bool:
    """Whether a phrase of paintings names what is seen, rather than says how it looks."""
    return " " in phrase and not phrase.endswith(("colours", "contrast"))
